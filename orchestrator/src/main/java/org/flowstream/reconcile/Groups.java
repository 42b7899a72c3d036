package org.flowstream.reconcile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.flowstream.model.Name;
import org.flowstream.plan.Action;

/**
 * A plan's actions, parted into groups that may be done at the same time: bridges and external ports, what nothing
 * declares any more, and each chain by itself. Within a group the plan's order holds.
 */
final class Groups {
    /** Bridges and external ports: chains wait for it. */
    static final String HOST = "";

    /** What nothing declares any more. */
    static final String STRAYS = "strays";

    private static final String CHAIN = "chain ";

    private Groups() {}

    static String of(Name chain) {
        return CHAIN + chain;
    }

    /**
     * Parts a plan.
     *
     * @param seesAll whether all machines were looked at; else whose a tap is cannot be told any more once its machine has
     *     gone, so that both go in one group
     */
    static Map<String, List<Action>> part(List<Action> actions, Set<Name> declared, boolean seesAll) {
        Map<String, List<Action>> groups = new LinkedHashMap<>();
        for (Action action : actions) {
            groups.computeIfAbsent(group(action, declared), group -> new ArrayList<>())
                    .add(action);
        }
        List<Action> strays = groups.getOrDefault(STRAYS, List.of());
        // A stray domain may bear the name of a new chain's machine: that chain waits until it is gone.
        Set<Name> leaving = strays.stream()
                .filter(Action.DestroyMachine.class::isInstance)
                .map(action -> ((Action.DestroyMachine) action).machine().name())
                .collect(Collectors.toSet());
        groups.values()
                .removeIf(group -> group.stream()
                        .anyMatch(action -> action instanceof Action.StartMachine start
                                && leaving.contains(start.machine().name())));
        groups.remove(STRAYS);
        if (seesAll) {
            groups.putAll(strays(strays));
        } else if (!strays.isEmpty()) {
            groups.put(STRAYS, strays);
        }
        return groups;
    }

    /**
     * What goes, one kind after the other, each when the one before is gone: rules, machines, and what these held. Machines
     * go side by side, since libvirt takes a fifth of a second for each.
     */
    private static Map<String, List<Action>> strays(List<Action> actions) {
        List<Action> rules =
                actions.stream().filter(Action.ClearRules.class::isInstance).toList();
        if (!rules.isEmpty()) {
            return Map.of(STRAYS, rules);
        }
        Map<String, List<Action>> machines = new LinkedHashMap<>();
        for (Action action : actions) {
            if (action instanceof Action.DestroyMachine destroy) {
                machines.put(STRAYS + " " + destroy.machine().name(), List.of(action));
            }
        }
        return machines.isEmpty() && !actions.isEmpty() ? Map.of(STRAYS, actions) : machines;
    }

    /** Whether a group is of what nothing declares any more. */
    static boolean isOfStrays(String group) {
        return group.startsWith(STRAYS);
    }

    private static String group(Action action, Set<Name> declared) {
        Optional<Name> chain = action.chain();
        if (chain.isPresent() && declared.contains(chain.get())) {
            return of(chain.get());
        }
        boolean host = action instanceof Action.CreateBridge
                || action instanceof Action.DeleteBridge
                || action instanceof Action.SetBaseRules
                || action instanceof Action.ClearBaseRules
                || action instanceof Action.AddExternalPort
                || action instanceof Action.RemoveExternalPort
                || action instanceof Action.SetOffloads;
        return host ? HOST : STRAYS;
    }
}
