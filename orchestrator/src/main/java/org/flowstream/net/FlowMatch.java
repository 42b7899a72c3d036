package org.flowstream.net;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A flow: the headers that a frame must have, written as ovs-ofctl writes matches ({@code
 * tcp,nw_dst=10.0.0.2,tp_dst=80}). The empty match is any frame.
 *
 * <p>The port by which a frame comes is not part of a flow. A match holds what its fields need: one with TCP ports says
 * that the frame is TCP in IPv4 or IPv6 (OpenFlow 1.3.5, section 7.2.3.8).
 *
 * @param fields what must match, by field
 */
public record FlowMatch(SortedMap<MatchField, MaskedValue> fields) {
    public static final FlowMatch ANY = new FlowMatch(Collections.emptySortedMap());

    private static final long ECHO_REQUEST = 8;
    private static final long ECHO_REPLY = 0;
    private static final long ECHO6_REQUEST = 128;
    private static final long ECHO6_REPLY = 129;

    public FlowMatch {
        TreeMap<MatchField, MaskedValue> kept = new TreeMap<>(fields);
        kept.values().removeIf(MaskedValue::isAny);
        fields = Collections.unmodifiableSortedMap(kept);
        String fault = FlowMatchRules.fault(fields);
        if (!fault.isEmpty()) {
            throw new IllegalArgumentException(fault);
        }
    }

    /**
     * Reads ovs-ofctl's syntax: fields and protocol words parted by commas or blanks; the empty text, {@code any} and
     * {@code all} are any frame.
     *
     * @throws org.flowstream.problem.BadValueException naming everything that is wrong, and for {@code in_port}, which
     *     is not part of a flow
     */
    public static FlowMatch parse(String text) {
        return new FlowMatchParser(text, false).parse().match();
    }

    /** The value of one field. */
    public Optional<MaskedValue> get(MatchField field) {
        return Optional.ofNullable(fields.get(field));
    }

    public boolean isAny() {
        return fields.isEmpty();
    }

    /** Whether all its frames are of one EtherType. */
    public boolean isOf(EtherType type) {
        return get(MatchField.ETH_TYPE)
                .filter(value -> value.equals(MaskedValue.exact(type.value(), MatchField.ETH_TYPE.bits())))
                .isPresent();
    }

    /** This match with one field set, in place of what it said of that field. */
    public FlowMatch with(MatchField field, MaskedValue value) {
        TreeMap<MatchField, MaskedValue> changed = new TreeMap<>(fields);
        changed.put(field, value);
        return new FlowMatch(changed);
    }

    /** This match without some of its fields. */
    public FlowMatch without(MatchField... removed) {
        TreeMap<MatchField, MaskedValue> changed = new TreeMap<>(fields);
        for (MatchField field : removed) {
            changed.remove(field);
        }
        return new FlowMatch(changed);
    }

    /** Whether some frame belongs to both flows. */
    public boolean meets(FlowMatch other) {
        for (Map.Entry<MatchField, MaskedValue> each : fields.entrySet()) {
            MaskedValue theirs = other.fields.get(each.getKey());
            if (theirs != null && !theirs.meets(each.getValue())) {
                return false;
            }
        }
        return true;
    }

    /** Whether each frame of this flow belongs to the other too. */
    public boolean within(FlowMatch other) {
        return other.fields.entrySet().stream().allMatch(theirs -> {
            MaskedValue ours = fields.get(theirs.getKey());
            return ours != null && ours.within(theirs.getValue());
        });
    }

    /** The flow of the answers: sources and destinations swapped, echo requests for replies. */
    public FlowMatch reversed() {
        TreeMap<MatchField, MaskedValue> swapped = new TreeMap<>();
        fields.forEach((field, value) ->
                swapped.put(field.reversed(), field == MatchField.ICMP_TYPE ? reversedType(value) : value));
        return new FlowMatch(swapped);
    }

    private static MaskedValue reversedType(MaskedValue type) {
        if (!type.isExact(MatchField.ICMP_TYPE.bits())) {
            return type;
        }
        long low = type.low();
        long other = low == ECHO_REQUEST
                ? ECHO_REPLY
                : low == ECHO_REPLY
                        ? ECHO_REQUEST
                        : low == ECHO6_REQUEST ? ECHO6_REPLY : low == ECHO6_REPLY ? ECHO6_REQUEST : low;
        return MaskedValue.exact(other, MatchField.ICMP_TYPE.bits());
    }

    /** The match as Open vSwitch writes it; the empty text for any frame. */
    @Override
    public String toString() {
        return FlowMatchText.of(fields);
    }
}
