package org.flowstream.rules;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.MaskedValue;
import org.flowstream.net.MatchField;

/**
 * The packets a rule speaks of: the port they come in by, and their headers.
 *
 * @param inPort empty for any port
 * @param unknown what else another's rule matches and we have no name for, each field in hex as on the wire; never in
 *     ours
 */
public record RuleMatch(OptionalInt inPort, FlowMatch flow, SortedSet<String> unknown) {
    /** Every packet. */
    public static final RuleMatch ALL = new RuleMatch(OptionalInt.empty(), FlowMatch.ANY, Collections.emptySortedSet());

    public RuleMatch {
        unknown = Collections.unmodifiableSortedSet(new TreeSet<>(unknown));
    }

    /** What comes in by a port. */
    public static RuleMatch inPort(int port) {
        return inPort(port, FlowMatch.ANY);
    }

    /** What comes in by a port and belongs to a flow. */
    public static RuleMatch inPort(int port, FlowMatch flow) {
        return new RuleMatch(OptionalInt.of(port), flow, Collections.emptySortedSet());
    }

    /** What belongs to a flow, whichever port it comes in by. */
    public static RuleMatch of(FlowMatch flow) {
        return new RuleMatch(OptionalInt.empty(), flow, Collections.emptySortedSet());
    }

    /** The packets that both speak of; empty where there is none. */
    public Optional<RuleMatch> and(RuleMatch other) {
        boolean differ = inPort.isPresent() && other.inPort.isPresent() && !inPort.equals(other.inPort);
        if (differ || !flow.meets(other.flow)) {
            return Optional.empty();
        }
        TreeMap<MatchField, MaskedValue> fields = new TreeMap<>(flow.fields());
        other.flow.fields().forEach((field, theirs) -> fields.merge(field, theirs, RuleMatch::and));
        SortedSet<String> strange = new TreeSet<>(unknown);
        strange.addAll(other.unknown);
        return Optional.of(new RuleMatch(inPort.isPresent() ? inPort : other.inPort, new FlowMatch(fields), strange));
    }

    private static MaskedValue and(MaskedValue one, MaskedValue other) {
        return new MaskedValue(
                one.high() | other.high(),
                one.low() | other.low(),
                one.maskHigh() | other.maskHigh(),
                one.maskLow() | other.maskLow());
    }

    /** As ovs-ofctl reads it; the empty text for every packet. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        if (!flow.isAny()) {
            parts.add(flow.toString());
        }
        inPort.ifPresent(port -> parts.add("in_port=" + SwitchPorts.text(port)));
        unknown.forEach(hex -> parts.add("unknown=0x" + hex));
        return String.join(",", parts);
    }
}
