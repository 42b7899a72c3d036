package org.flowstream.firstpacket;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The packets of one connection as they are recognised without reading their headers in full: IPv4 without options, VLAN or
 * fragments, TCP or UDP (RFC 791, RFC 9293, RFC 768). A flow that begins sends packet after packet before it has its
 * machine; what the first one told of it need not be found out for each.
 *
 * @param cookie of the rule that sent it
 * @param inPort that it came in by
 * @param addresses source and destination
 * @param ports the same, beneath the protocol
 */
record SeenFlow(long cookie, int inPort, long addresses, long ports) {
    private static final int TYPE = 12;
    private static final int IP4 = 0x0800;
    private static final int VERSION_AND_LENGTH = 14;
    private static final byte PLAIN = 0x45;
    private static final int FRAGMENT = 20;
    private static final int FRAGMENT_MASK = 0x3fff;
    private static final int PROTOCOL = 23;
    private static final int ADDRESSES = 26;
    private static final int PORTS = 34;
    private static final int LEAST = PORTS + 4;
    private static final byte TCP = 6;
    private static final byte UDP = 17;

    /** Empty for a packet of another kind. */
    static Optional<SeenFlow> of(long cookie, int inPort, byte[] packet) {
        if (packet.length < LEAST || packet[VERSION_AND_LENGTH] != PLAIN) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.wrap(packet);
        byte protocol = packet[PROTOCOL];
        boolean known = bytes.getShort(TYPE) == IP4
                && (bytes.getShort(FRAGMENT) & FRAGMENT_MASK) == 0
                && (protocol == TCP || protocol == UDP);
        return known
                ? Optional.of(new SeenFlow(
                        cookie,
                        inPort,
                        bytes.getLong(ADDRESSES),
                        (long) protocol << 32 | Integer.toUnsignedLong(bytes.getInt(PORTS))))
                : Optional.empty();
    }
}
