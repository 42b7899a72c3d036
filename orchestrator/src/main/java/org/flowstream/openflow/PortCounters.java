package org.flowstream.openflow;

/**
 * A port's counters since it was added (OpenFlow 1.3.5, section 7.3.5.6). "Received" is what came into the switch.
 *
 * @param receivedBytes and the other counters: -1 where the switch does not count it
 */
public record PortCounters(
        int number,
        long receivedPackets,
        long sentPackets,
        long receivedBytes,
        long sentBytes,
        long receiveDropped,
        long sendDropped,
        long receiveErrors,
        long sendErrors) {
    static PortCounters read(WireReader from) {
        int number = from.u32();
        from.skip(4);
        PortCounters counters = new PortCounters(
                number, from.u64(), from.u64(), from.u64(), from.u64(), from.u64(), from.u64(), from.u64(), from.u64());
        from.skip(4 * 8 + 8);
        return counters;
    }
}
