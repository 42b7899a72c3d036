package org.flowstream.openflow;

import java.util.ArrayList;
import java.util.List;
import org.flowstream.rules.GroupRule;
import org.flowstream.rules.GroupRule.Bucket;
import org.flowstream.rules.SwitchPorts;

/** Groups and their buckets on the wire (OpenFlow 1.3.5, sections 7.3.4.2 and 7.3.5.7). */
final class GroupCodec {
    private static final int BUCKET = 16;

    private GroupCodec() {}

    static int typeNumber(GroupRule.Type type) {
        return switch (type) {
            case ALL -> 0;
            case SELECT -> 1;
            case INDIRECT -> 2;
            case FAST_FAILOVER -> 3;
        };
    }

    private static GroupRule.Type type(int number) {
        return switch (number) {
            case 0 -> GroupRule.Type.ALL;
            case 1 -> GroupRule.Type.SELECT;
            case 2 -> GroupRule.Type.INDIRECT;
            case 3 -> GroupRule.Type.FAST_FAILOVER;
            default -> throw new MalformedMessageException("group of type " + number);
        };
    }

    static void writeBuckets(WireWriter to, List<Bucket> buckets) {
        for (Bucket each : buckets) {
            int start = to.position();
            to.u16(0)
                    .u16(each.weight())
                    .u32(each.watchPort())
                    .u32(SwitchPorts.ANY)
                    .zeros(4);
            ActionCodec.writeActions(to, each.actions());
            to.patch16(start, to.position() - start);
        }
    }

    /** One entry of a group description reply. */
    static GroupRule readDescription(WireReader from) {
        int length = from.u16();
        if (length < 8) {
            throw new MalformedMessageException("group description of " + length + " bytes");
        }
        WireReader body = from.part(length - 2);
        GroupRule.Type type = type(body.u8());
        body.skip(1);
        int id = body.u32();
        List<Bucket> buckets = new ArrayList<>();
        while (body.remaining() > 0) {
            int bucketLength = body.u16();
            if (bucketLength < BUCKET) {
                throw new MalformedMessageException("bucket of " + bucketLength + " bytes");
            }
            WireReader bucket = body.part(bucketLength - 2);
            int weight = bucket.u16();
            int watchPort = bucket.u32();
            bucket.skip(8);
            buckets.add(new Bucket(weight, watchPort, ActionCodec.readActions(bucket)));
        }
        return new GroupRule(id, type, buckets);
    }
}
