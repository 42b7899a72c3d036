package org.flowstream.reconcile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.flowstream.model.BridgeName;
import org.flowstream.openflow.OpenFlowConnection;
import org.flowstream.rules.Cookie;
import org.flowstream.rules.FlowKey;
import org.flowstream.rules.FlowRule;
import org.flowstream.rules.FoundRules;
import org.flowstream.rules.SwitchRules;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the rules of bridges. The loop looks many times in a moment while something changes, and the switch forwards
 * nothing while it tells all it has: so within a second only what we changed ourselves is asked for anew. Safe for all
 * threads.
 */
final class RuleLooks {
    /** So long what others may have changed is not looked for again. */
    private static final long TRUSTED_NANOS = 1_000_000_000;
    /** Of more chains all together is less work for the switch than each by itself. */
    private static final int MOST_BY_THEMSELVES = 4;

    private final Object looking = new Object();
    private final Map<BridgeName, Look> looks = new HashMap<>();
    private final Map<BridgeName, Set<Long>> changed = new HashMap<>();
    private long wholeChanges;

    /** @param connection by which it was made: behind another one stands a switch that may have lost all */
    private record Look(OpenFlowConnection connection, long atNanos, FoundRules found) {}

    /** Takes note that rules of some chains were changed, or may have been. */
    synchronized void changed(BridgeName bridge, Collection<Long> chains) {
        changed.computeIfAbsent(bridge, each -> new TreeSet<>()).addAll(chains);
    }

    /** Takes note that other rules of a bridge were changed, or may have been. */
    synchronized void changed(BridgeName bridge) {
        wholeChanges++;
        looks.remove(bridge);
    }

    /** What a bridge has. One look after the other: an older one must not be remembered after a newer. */
    FoundRules look(BridgeName bridge, OpenFlowConnection connection) {
        synchronized (looking) {
            return lookAlone(bridge, connection);
        }
    }

    private FoundRules lookAlone(BridgeName bridge, OpenFlowConnection connection) {
        @Nullable Look before;
        Set<Long> chains;
        long then;
        synchronized (this) {
            // What is changed from here on is found changed by the next look.
            then = wholeChanges;
            before = looks.remove(bridge);
            Set<Long> named = changed.remove(bridge);
            chains = named == null ? Set.of() : named;
        }
        long now = System.nanoTime();
        Look look = before != null
                        && before.connection == connection
                        && now - before.atNanos < TRUSTED_NANOS
                        && chains.size() <= MOST_BY_THEMSELVES
                ? new Look(connection, before.atNanos, with(before.found, chains, connection))
                : new Look(connection, now, new FoundRules(connection.observe()));
        synchronized (this) {
            if (wholeChanges == then) {
                looks.put(bridge, look);
            }
        }
        return look.found;
    }

    private static FoundRules with(FoundRules before, Set<Long> chains, OpenFlowConnection connection) {
        FoundRules found = before;
        for (long chain : chains) {
            SwitchRules now = connection.observeChain(chain);
            List<FlowRule> flows = new ArrayList<>(now.flows());
            // A rule that is shared with other chains may have been theirs before.
            Set<FlowKey> places = now.flows().stream().map(FlowRule::key).collect(Collectors.toSet());
            found.all().flows().stream()
                    .filter(rule -> new Cookie(rule.cookie()).id() != chain && !places.contains(rule.key()))
                    .forEach(flows::add);
            found = new FoundRules(new SwitchRules(flows, now.groups()));
        }
        return found;
    }
}
