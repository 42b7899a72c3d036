package org.flowstream.openflow;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.rules.Learnt;
import org.flowstream.rules.RuleAction;
import org.flowstream.rules.Subfield;

/** Nicira's learn action behind its header (Open vSwitch, lib/ofp-actions.c, struct nx_action_learn). */
final class LearnCodec {
    private static final int DESTINATION_MATCH = 0;
    private static final int DESTINATION_LOAD = 1;
    private static final int DESTINATION_OUTPUT = 2;
    private static final int SOURCE_VALUE = 1 << 13;

    private LearnCodec() {}

    static void write(WireWriter to, RuleAction.Learn learn) {
        to.u16(learn.idleTimeout()).u16(learn.hardTimeout()).u16(learn.priority());
        to.u64(learn.cookie());
        to.u16(0).u8(learn.table()).u8(0).u16(0).u16(0);
        for (Learnt part : learn.parts()) {
            if (part instanceof Learnt.MatchSame same) {
                start(to, same.target().bits(), DESTINATION_MATCH, 0);
                OxmCodec.writeSubfield(to, same.source());
                OxmCodec.writeSubfield(to, same.target());
            } else if (part instanceof Learnt.MatchValue fixed) {
                start(to, fixed.target().bits(), DESTINATION_MATCH, SOURCE_VALUE);
                to.number(fixed.value(), valueBytes(fixed.target().bits()));
                OxmCodec.writeSubfield(to, fixed.target());
            } else if (part instanceof Learnt.LoadField load) {
                start(to, load.target().bits(), DESTINATION_LOAD, 0);
                OxmCodec.writeSubfield(to, load.source());
                OxmCodec.writeSubfield(to, load.target());
            } else if (part instanceof Learnt.LoadValue load) {
                start(to, load.target().bits(), DESTINATION_LOAD, SOURCE_VALUE);
                to.number(load.value(), valueBytes(load.target().bits()));
                OxmCodec.writeSubfield(to, load.target());
            } else if (part instanceof Learnt.OutputTo output) {
                start(to, output.source().bits(), DESTINATION_OUTPUT, 0);
                OxmCodec.writeSubfield(to, output.source());
            }
        }
    }

    private static void start(WireWriter to, int bits, int destination, int source) {
        to.u16(bits | destination << 11 | source);
    }

    /** A value stands in whole 16-bit words. */
    private static int valueBytes(int bits) {
        return 2 * ((bits + 15) / 16);
    }

    static RuleAction.Learn read(WireReader from) {
        int idle = from.u16();
        int hard = from.u16();
        int priority = from.u16();
        long cookie = from.u64();
        int flags = from.u16();
        int table = from.u8();
        from.skip(1);
        int idleAfterEnd = from.u16();
        int hardAfterEnd = from.u16();
        if (flags != 0 || idleAfterEnd != 0 || hardAfterEnd != 0) {
            throw new OxmCodec.UnknownFieldException(flags);
        }
        List<Learnt> parts = new ArrayList<>();
        while (from.remaining() >= 2) {
            int header = from.u16();
            if (header == 0) {
                break;
            }
            parts.add(readPart(from, header));
        }
        return new RuleAction.Learn(table, priority, idle, hard, cookie, parts);
    }

    private static Learnt readPart(WireReader from, int header) {
        int bits = header & 0x7ff;
        boolean fixed = (header & SOURCE_VALUE) != 0;
        int destination = header >>> 11 & 3;
        if (destination == DESTINATION_OUTPUT) {
            return new Learnt.OutputTo(OxmCodec.readSubfield(from, bits));
        }
        if (fixed) {
            BigInteger value = from.number(valueBytes(bits));
            Subfield target = OxmCodec.readSubfield(from, bits);
            return destination == DESTINATION_MATCH
                    ? new Learnt.MatchValue(target, value)
                    : new Learnt.LoadValue(target, value);
        }
        Subfield source = OxmCodec.readSubfield(from, bits);
        Subfield target = OxmCodec.readSubfield(from, bits);
        return destination == DESTINATION_MATCH
                ? new Learnt.MatchSame(target, source)
                : new Learnt.LoadField(target, source);
    }
}
