package org.flowstream.openflow;

/** A table's counters (OpenFlow 1.3.5, section 7.3.5.3). */
public record TableCounters(int table, int rules, long lookups, long matches) {
    static TableCounters read(WireReader from) {
        int table = from.u8();
        from.skip(3);
        return new TableCounters(table, from.u32(), from.u64(), from.u64());
    }
}
