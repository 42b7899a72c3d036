package org.flowstream.openflow;

import java.util.Locale;

/** What a switch says of itself (OpenFlow 1.3.5, section 7.3.1). */
public record SwitchFeatures(long datapathId, int tables, int capabilities) {
    static SwitchFeatures read(WireReader from) {
        long datapathId = from.u64();
        from.skip(4);
        int tables = from.u8();
        from.skip(3);
        return new SwitchFeatures(datapathId, tables, from.u32());
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "datapath %016x, %d tables", datapathId, tables);
    }
}
