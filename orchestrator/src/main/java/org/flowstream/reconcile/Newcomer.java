package org.flowstream.reconcile;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.model.MachineId;
import org.flowstream.plan.Action;
import org.flowstream.plan.Desired;
import org.flowstream.plan.Observed;
import org.flowstream.plan.ObservedBridge;
import org.flowstream.plan.ObservedPort;
import org.flowstream.plan.Plan;
import org.flowstream.plan.Planner;

/**
 * A chain on our own bridge that was just declared, so that of its own nothing is there.
 *
 * @param pass what is planned for it where nothing is
 */
record Newcomer(Pass pass, List<Action> actions) {
    /** Waits until a machine is ready. */
    @FunctionalInterface
    interface Readiness {
        boolean await(MachineId machine) throws InterruptedException;
    }

    /**
     * Of a chain.
     *
     * @param desired the chain alone
     * @param latest what was seen last
     * @return empty where it is not for us to bring it up: its bridge is not ours, or is not as it should be
     */
    static Optional<Newcomer> of(Desired desired, Observed latest) {
        ChainPlan plan = desired.chains().get(0).plan();
        List<ObservedBridge> bridge = latest.bridge(plan.bridge()).stream()
                .filter(it -> it.name().equals(desired.ownBridge()))
                .filter(it -> it.base() == ObservedBridge.BaseRules.RIGHT)
                .toList();
        if (bridge.isEmpty() || latest.unseen().isPresent()) {
            return Optional.empty();
        }
        List<ObservedPort> ends = latest.ports().stream()
                .filter(port -> plan.externalPorts().contains(port.name()))
                .toList();
        Observed nothing = new Observed(bridge, ends, Set.of(), Map.of(), List.of(), List.of());
        Plan planned = Planner.plan(desired, nothing);
        return planned.blocked().isEmpty()
                ? Optional.of(new Newcomer(
                        new Pass(0, desired, nothing, planned, Set.of()),
                        planned.actions().stream()
                                .filter(action -> !isNotNeededYet(plan, action))
                                .toList()))
                : Optional.empty();
    }

    /** Our own bridge drops what comes by ports without rules, so that machines that are wired to nothing need none yet. */
    private static boolean isNotNeededYet(ChainPlan plan, Action action) {
        return plan.externalPorts().isEmpty()
                && action instanceof Action.SetRules rules
                && rules.stage() == Stage.ISOLATED;
    }

    /** Does all that is planned; false when something failed or is no longer asked. */
    boolean bringUp(ActionExecutor executor, BooleanSupplier stillAsked, Readiness readiness)
            throws InterruptedException {
        for (Action action : actions) {
            boolean good = action instanceof Action.AwaitReady await
                    ? readiness.await(await.machine().id())
                    : executor.execute(pass, List.of(action), stillAsked);
            if (!good || !stillAsked.getAsBoolean()) {
                return false;
            }
        }
        return true;
    }
}
