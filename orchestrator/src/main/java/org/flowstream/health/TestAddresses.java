package org.flowstream.health;

import java.util.List;
import org.flowstream.net.EtherType;
import org.flowstream.net.MacAddress;
import org.flowstream.template.Frame;

/**
 * Packet tests call device N by the address 02:00:00:00:00:0N (docs/contracts.md, 10). In a machine's frames its own
 * addresses stand in those places: in the Ethernet header, and in ARP.
 *
 * @param own the machine's, in the order of its devices
 */
record TestAddresses(List<MacAddress> own) {
    private static final long FIRST = 0x020000000000L;
    private static final int LENGTH = 6;
    private static final int TYPE_AT = 12;
    /** Of destination and source. */
    private static final List<Integer> IN_ETHER = List.of(0, 6);
    /** And of sender and target (RFC 826). */
    private static final List<Integer> IN_ARP = List.of(0, 6, 22, 32);

    /** A test's frame as the machine is to get it. */
    byte[] forMachine(Frame frame) {
        byte[] bytes = frame.bytes();
        for (int place : places(bytes)) {
            long device = MacAddress.of(bytes, place).bits() - FIRST;
            if (device >= 0 && device < own.size()) {
                System.arraycopy(own.get((int) device).toBytes(), 0, bytes, place, LENGTH);
            }
        }
        return bytes;
    }

    /** A machine's frame as a test would have it. */
    Frame forTest(byte[] frame) {
        byte[] bytes = frame.clone();
        for (int place : places(bytes)) {
            int device = own.indexOf(MacAddress.of(bytes, place));
            if (device >= 0) {
                System.arraycopy(new MacAddress(FIRST + device).toBytes(), 0, bytes, place, LENGTH);
            }
        }
        return Frame.of(bytes);
    }

    private static List<Integer> places(byte[] frame) {
        boolean arp = frame.length >= TYPE_AT + 2
                && (((frame[TYPE_AT] & 0xff) << 8) | (frame[TYPE_AT + 1] & 0xff)) == EtherType.ARP.value();
        return (arp ? IN_ARP : IN_ETHER)
                .stream().filter(place -> place + LENGTH <= frame.length).toList();
    }
}
