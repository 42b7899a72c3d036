package org.flowstream.openflow;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.MaskedValue;
import org.flowstream.net.MatchField;
import org.flowstream.rules.ActionField;
import org.flowstream.rules.RuleMatch;
import org.flowstream.rules.Subfield;

/** Matches and field headers on the wire: OXM (OpenFlow 1.3.5, section 7.2.3) and Nicira's NXM, which has the same form. */
final class OxmCodec {
    private static final int OXM_MATCH = 1;
    private static final int HEADER = 4;
    private static final int IN_PORT = 0x8000_0000;
    private static final int MASKED = 0x100;

    private OxmCodec() {}

    /** struct ofp_match with its padding. */
    static void writeMatch(WireWriter to, RuleMatch match) {
        if (!match.unknown().isEmpty()) {
            throw new IllegalArgumentException("a match with fields unknown to us cannot be sent: " + match);
        }
        int start = to.position();
        to.u16(OXM_MATCH).u16(0);
        match.inPort().ifPresent(port -> to.u32(IN_PORT | 4).u32(port));
        for (OxmField each : OxmField.values()) {
            each.in(match.flow()).ifPresent(asked -> writeField(to, each, asked));
        }
        to.patch16(start + 2, to.position() - start);
        to.padTo8(start);
    }

    private static void writeField(WireWriter to, OxmField field, MaskedValue asked) {
        boolean masked = !asked.isExact(field.field().bits());
        int experimenter = field.isExperimenter() ? 4 : 0;
        to.u32(field.header() | (masked ? MASKED : 0) | (experimenter + field.bytes() * (masked ? 2 : 1)));
        if (experimenter != 0) {
            to.u32(OxmField.ONF);
        }
        writeNumber(to, asked.high(), asked.low(), field.bytes());
        if (masked) {
            writeNumber(to, asked.maskHigh(), asked.maskLow(), field.bytes());
        }
    }

    private static void writeNumber(WireWriter to, long high, long low, int bytes) {
        for (int i = bytes - 1; i >= 0; i--) {
            to.u8((int) ((i >= 8 ? high : low) >>> (8 * (i & 7))));
        }
    }

    /** struct ofp_match with its padding. */
    static RuleMatch readMatch(WireReader from) {
        int start = from.position();
        WireReader fields = fieldsOf(from);
        OptionalInt inPort = OptionalInt.empty();
        SortedMap<MatchField, MaskedValue> known = new TreeMap<>();
        SortedSet<String> knownHex = new TreeSet<>();
        SortedSet<String> unknown = new TreeSet<>();
        while (fields.remaining() > 0) {
            WireReader whole = fields.copy();
            int header = fields.u32();
            WireReader payload = fields.part(header & 0xff);
            if (header == (IN_PORT | 4)) {
                inPort = OptionalInt.of(payload.u32());
                continue;
            }
            Optional<OxmField> field = OxmField.of(header);
            Optional<MaskedValue> asked = field.flatMap(each -> readValue(payload, each, (header & MASKED) != 0));
            String hex = whole.part(HEADER + (header & 0xff)).hex();
            if (field.isPresent() && asked.isPresent()) {
                known.put(field.get().field(), asked.get());
                knownHex.add(hex);
            } else {
                unknown.add(hex);
            }
        }
        from.padTo8(start);
        try {
            return new RuleMatch(inPort, new FlowMatch(known), unknown);
        } catch (IllegalArgumentException e) {
            // A field whose prerequisite is among the unknown ones: no flow of ours can say that.
            unknown.addAll(knownHex);
            return new RuleMatch(inPort, FlowMatch.ANY, unknown);
        }
    }

    /** The port alone that a struct ofp_match tells: it is asked with each packet that comes to us. */
    static OptionalInt readInPort(WireReader from) {
        int start = from.position();
        WireReader fields = fieldsOf(from);
        OptionalInt inPort = OptionalInt.empty();
        while (fields.remaining() > 0) {
            int header = fields.u32();
            if (header == (IN_PORT | 4)) {
                inPort = OptionalInt.of(fields.u32());
            } else {
                fields.skip(header & 0xff);
            }
        }
        from.padTo8(start);
        return inPort;
    }

    private static WireReader fieldsOf(WireReader from) {
        int type = from.u16();
        int length = from.u16();
        if (type != OXM_MATCH || length < HEADER) {
            throw new MalformedMessageException("match of type " + type + " and length " + length);
        }
        return from.part(length - HEADER);
    }

    /** What is asked of a field; empty if the bytes are not this field after all, but another experimenter's. */
    private static Optional<MaskedValue> readValue(WireReader payload, OxmField field, boolean masked) {
        if (field.isExperimenter() && payload.u32() != OxmField.ONF) {
            return Optional.empty();
        }
        if (payload.remaining() != field.bytes() * (masked ? 2 : 1)) {
            throw new MalformedMessageException("field " + field + " has " + payload.remaining() + " bytes");
        }
        long[] value = readNumber(payload, field.bytes());
        if (masked) {
            long[] mask = readNumber(payload, field.bytes());
            return Optional.of(new MaskedValue(value[0], value[1], mask[0], mask[1]));
        }
        int bits = field.field().bits();
        return Optional.of(
                bits > 64
                        ? new MaskedValue(value[0], value[1], -1L, -1L)
                        : MaskedValue.exact(value[1], field.field().bits()));
    }

    private static long[] readNumber(WireReader from, int bytes) {
        long high = 0;
        long low = 0;
        for (int i = 0; i < bytes; i++) {
            high = high << 8 | low >>> 56;
            low = low << 8 | from.u8();
        }
        return new long[] {high, low};
    }

    /** The header by which Nicira's actions name a field. */
    static void writeActionHeader(WireWriter to, ActionField field) {
        to.u16(field.fieldClass()).u8(field.number() << 1).u8(field.bits() / 8);
    }

    /** The field that a header in one of Nicira's actions names. */
    static ActionField readActionHeader(WireReader from) {
        int header = from.u32();
        return Arrays.stream(ActionField.values())
                .filter(field -> field.fieldClass() == header >>> 16 && field.number() == (header >>> 9 & 0x7f))
                .findFirst()
                .orElseThrow(() -> new UnknownFieldException(header));
    }

    /** Header and offset. */
    static Subfield readSubfield(WireReader from, int bits) {
        ActionField field = readActionHeader(from);
        return new Subfield(field, from.u16(), bits);
    }

    static void writeSubfield(WireWriter to, Subfield part) {
        writeActionHeader(to, part.field());
        to.u16(part.offset());
    }

    /** An action of another's rule speaks of a field that we have no name for. */
    static final class UnknownFieldException extends RuntimeException {
        UnknownFieldException(int header) {
            super("field header 0x" + Integer.toHexString(header));
        }
    }
}
