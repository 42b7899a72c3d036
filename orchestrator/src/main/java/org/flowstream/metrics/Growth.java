package org.flowstream.metrics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flowstream.model.ChainId;
import org.flowstream.model.PortName;
import org.flowstream.reconcile.World.Entered;
import org.flowstream.rules.FlowKey;

/**
 * Sums of rules' counters that do not fall when a rule goes or begins anew: what each rule grew by since the last look is
 * added. What a rule counted between the last look and its end is not seen.
 */
final class Growth {
    private final Map<RuleId, Sum> seen = new HashMap<>();
    private final Map<Way, Sum> sums = new HashMap<>();

    /** One rule. */
    private record RuleId(ChainId chain, FlowKey rule) {}

    /** One side by which a chain is entered. */
    record Way(ChainId chain, PortName port) {}

    /** What passed. */
    record Sum(long packets, long bytes) {
        static final Sum NOTHING = new Sum(0, 0);

        Sum plus(Sum other) {
            return new Sum(packets + other.packets, bytes + other.bytes);
        }

        /** From an earlier reading of the same rule; one that counts less now was made anew. */
        Sum since(Sum before) {
            return packets < before.packets || bytes < before.bytes
                    ? this
                    : new Sum(packets - before.packets, bytes - before.bytes);
        }
    }

    /** Takes in a look at all rules, and answers the sums of the chains that have rules now. */
    synchronized Map<Way, Sum> see(List<Entered> rules) {
        Map<RuleId, Sum> now = new HashMap<>();
        Map<Way, Sum> present = new HashMap<>();
        for (Entered entered : rules) {
            RuleId id = new RuleId(entered.chain(), entered.rule());
            Way way = new Way(entered.chain(), entered.port());
            Sum sum = new Sum(entered.packets(), entered.bytes());
            now.put(id, sum);
            present.put(way, sums.merge(way, sum.since(seen.getOrDefault(id, Sum.NOTHING)), Sum::plus));
        }
        seen.clear();
        seen.putAll(now);
        return present;
    }

    /** Forgets all chains but these. */
    synchronized void keepOnly(java.util.Set<ChainId> chains) {
        sums.keySet().removeIf(way -> !chains.contains(way.chain()));
    }
}
