package org.flowstream.rules;

import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.MaskedValue;
import org.flowstream.net.MatchField;

/**
 * Orders of rules. Sets of them are kept in one that is compared fast, since every look at a switch sorts all it has; what
 * people read is in the order of its text.
 */
final class RuleOrder {
    private static final Comparator<MaskedValue> VALUES = Comparator.comparingLong(MaskedValue::high)
            .thenComparingLong(MaskedValue::low)
            .thenComparingLong(MaskedValue::maskHigh)
            .thenComparingLong(MaskedValue::maskLow);

    /** By table, then by priority, the highest first. */
    private static final Comparator<FlowRule> PLACES = Comparator.comparingInt(
                    (FlowRule rule) -> rule.key().table())
            .thenComparingInt(rule -> -rule.key().priority());

    /** Fast; what the order is beyond table and priority says nothing. */
    static final Comparator<FlowRule> KEPT =
            PLACES.thenComparing(rule -> rule.key().match(), RuleOrder::compare).thenComparingLong(FlowRule::cookie);

    /** As people read them. */
    static final Comparator<FlowRule> SHOWN =
            PLACES.thenComparing(rule -> rule.key().match().toString()).thenComparingLong(FlowRule::cookie);

    private RuleOrder() {}

    private static int compare(RuleMatch one, RuleMatch other) {
        int ports = Integer.compare(one.inPort().orElse(0), other.inPort().orElse(0));
        int flows = ports != 0 ? ports : compare(one.flow(), other.flow());
        return flows != 0 || (one.unknown().isEmpty() && other.unknown().isEmpty())
                ? flows
                : one.unknown().toString().compareTo(other.unknown().toString());
    }

    private static int compare(FlowMatch one, FlowMatch other) {
        Iterator<Map.Entry<MatchField, MaskedValue>> ours =
                one.fields().entrySet().iterator();
        Iterator<Map.Entry<MatchField, MaskedValue>> theirs =
                other.fields().entrySet().iterator();
        while (ours.hasNext() && theirs.hasNext()) {
            Map.Entry<MatchField, MaskedValue> our = ours.next();
            Map.Entry<MatchField, MaskedValue> their = theirs.next();
            int fields = our.getKey().compareTo(their.getKey());
            int found = fields != 0 ? fields : VALUES.compare(our.getValue(), their.getValue());
            if (found != 0) {
                return found;
            }
        }
        return Boolean.compare(ours.hasNext(), theirs.hasNext());
    }
}
