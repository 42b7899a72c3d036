package org.flowstream.openflow;

import java.util.ArrayList;
import java.util.List;

/** A group's counters, and its buckets' packets in order (OpenFlow 1.3.5, section 7.3.5.8). */
public record GroupCounters(int id, long packets, long bytes, List<Long> bucketPackets) {
    private static final int HEAD = 40;

    public GroupCounters {
        bucketPackets = List.copyOf(bucketPackets);
    }

    static GroupCounters read(WireReader from) {
        int length = from.u16();
        if (length < HEAD) {
            throw new MalformedMessageException("group counters of " + length + " bytes");
        }
        WireReader body = from.part(length - 2);
        body.skip(2);
        int id = body.u32();
        body.skip(8);
        long packets = body.u64();
        long bytes = body.u64();
        body.skip(8);
        List<Long> buckets = new ArrayList<>();
        while (body.remaining() >= 16) {
            buckets.add(body.u64());
            body.skip(8);
        }
        return new GroupCounters(id, packets, bytes, buckets);
    }
}
