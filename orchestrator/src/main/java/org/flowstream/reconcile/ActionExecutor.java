package org.flowstream.reconcile;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.event.Stage;
import org.flowstream.model.Accelerator;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ExitReason;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.plan.Action;
import org.flowstream.plan.ObservedMachine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only place where the world changes: does the actions of one group in order, passes the failpoints, and tells each
 * by an event with its duration.
 */
final class ActionExecutor {
    private static final Logger LOG = LoggerFactory.getLogger(ActionExecutor.class);

    private final World world;
    private final Declarations declarations;
    private final Watches watches;
    private final Journeys journeys;
    private final EventLog events;
    private final Clock clock;
    private final Failpoints failpoints;

    ActionExecutor(
            World world,
            Declarations declarations,
            Watches watches,
            Journeys journeys,
            EventLog events,
            Clock clock,
            Failpoints failpoints) {
        this.world = world;
        this.declarations = declarations;
        this.watches = watches;
        this.journeys = journeys;
        this.events = events;
        this.clock = clock;
        this.failpoints = failpoints;
    }

    /**
     * Does the actions until one fails, or waits for the guest's word, or what they were planned for is no longer asked.
     *
     * @param pass the round in which they were planned
     * @return whether none failed
     */
    boolean execute(Pass pass, List<Action> actions, BooleanSupplier stillAsked) throws InterruptedException {
        for (Action action : actions) {
            if (!stillAsked.getAsBoolean()) {
                return true;
            }
            if (action instanceof Action.AwaitReady) {
                // What follows is planned anew when the guest has said its word.
                return true;
            }
            if (!execute(pass, action)) {
                return false;
            }
        }
        return true;
    }

    /** Does one action that is in no plan; what keeps it from being done is thrown. */
    void now(Action action) throws InterruptedException {
        failpoints.before(action.failpoint());
        world.perform(action);
        failpoints.after(action.failpoint());
        LOG.debug("{}", action.describe());
    }

    private boolean execute(Pass pass, Action action) throws InterruptedException {
        Optional<Name> subject = subject(action);
        Owner owner = subject.flatMap(declarations::chain)
                .map(chain -> chain.spec().owner())
                .orElse(Owner.OPERATOR);
        if (action instanceof Action.StartMachine || action instanceof Action.SwapImage) {
            action.chain().filter(chain -> !journeys.onItsWay(chain)).ifPresent(chain -> journeys.begin(chain, owner));
        }
        before(pass, action);
        long begin = System.nanoTime();
        try {
            failpoints.before(action.failpoint());
            world.perform(action);
            failpoints.after(action.failpoint());
        } catch (WorldException e) {
            events.add(
                    owner,
                    new Event.ActionFailed(subject, action.failpoint(), action.describe(), since(begin), e.reason()));
            LOG.warn("{}: {}", action.describe(), e.reason());
            failed(action, e.reason(), e.isRefusal());
            return false;
        } catch (RuntimeException e) {
            // A fault of ours must not end the loop; it is told like a failure of the world, and logged with its trace.
            events.add(
                    owner,
                    new Event.ActionFailed(
                            subject, action.failpoint(), action.describe(), since(begin), String.valueOf(e)));
            LOG.error("{}", action.describe(), e);
            failed(action, String.valueOf(e), false);
            return false;
        }
        Duration took = since(begin);
        events.add(owner, new Event.ActionDone(subject, action.failpoint(), action.describe(), took));
        LOG.info("{} ({} ms)", action.describe(), took.toMillis());
        done(action, took);
        return true;
    }

    private void before(Pass pass, Action action) {
        if (action instanceof Action.StopMachine stop) {
            watches.ending(stop.machine().id());
        } else if (action instanceof Action.DestroyMachine destroy) {
            MachineId id = destroy.machine().id();
            boolean hangs = pass.machine(id)
                    .filter(machine -> machine.power() == ObservedMachine.Power.RUNNING)
                    .filter(machine -> machine.wellness() == ObservedMachine.Wellness.UNWELL)
                    .isPresent();
            watches.ending(id);
            if (hangs) {
                String lost = world.readiness(id).map(Readiness::healthText).orElse("");
                ended(id, new ExitReason(clock.instant(), ExitReason.Cause.HUNG, lost));
            }
        }
    }

    private void done(Action action, Duration took) {
        if (action instanceof Action.StartMachine start) {
            watches.started(start.machine().id());
            journeys.stage(
                    start.machine().chain(),
                    Stage.MACHINE,
                    start.accelerator() + ", " + start.machine().memoryMib() + " MiB" + closedKvm(start.accelerator()),
                    took);
        } else if (action instanceof Action.SwapImage swap) {
            journeys.stage(
                    swap.machine().chain(),
                    Stage.MACHINE,
                    "hot, image " + swap.to().abbreviated(),
                    took);
        } else if (action instanceof Action.StopMachine stop) {
            watches.gone(stop.machine().id());
        } else if (action instanceof Action.DestroyMachine destroy) {
            watches.gone(destroy.machine().id());
        } else if (action instanceof Action.CreateTaps
                || action instanceof Action.AddTapPorts
                || action instanceof Action.SetRules) {
            action.chain().ifPresent(chain -> journeys.wired(chain, took));
        }
        if (action instanceof Action.SetRules rules) {
            journeys.steered(rules);
        }
    }

    /** Where KVM could be had and is not, its user should know: emulation is slower under load. */
    private String closedKvm(Accelerator accelerator) {
        return accelerator != Accelerator.QEMU
                ? ""
                : world.kvmFault()
                        .flatMap(fault -> fault.cure().map(cure -> "; " + fault.reason() + ": " + cure))
                        .orElse("");
    }

    private void failed(Action action, String reason, boolean refusal) {
        if (action instanceof Action.SwapImage swap && refusal) {
            watches.refused(
                    swap.machine().id(), new ExitReason(clock.instant(), ExitReason.Cause.CONFIGURATION_ERROR, reason));
        } else if (action instanceof Action.StartMachine start) {
            ended(start.machine().id(), new ExitReason(clock.instant(), ExitReason.Cause.START_FAILED, reason));
        } else if (action instanceof Action.StopMachine stop) {
            watches.spared(stop.machine().id());
        } else if (action instanceof Action.DestroyMachine destroy) {
            watches.spared(destroy.machine().id());
        }
        action.chain().ifPresent(chain -> journeys.failed(chain, action.describe() + ": " + reason));
    }

    private void ended(MachineId id, ExitReason reason) {
        Optional<DeclaredChain> chain = declarations.chainOf(id);
        watches.ended(chain, id, reason);
    }

    private static Optional<Name> subject(Action action) {
        if (action instanceof Action.StopMachine stop) {
            return Optional.of(stop.machine().name());
        }
        if (action instanceof Action.DestroyMachine destroy) {
            return Optional.of(destroy.machine().name());
        }
        return action.chain();
    }

    private static Duration since(long beginNanos) {
        return Duration.ofNanos(System.nanoTime() - beginNanos);
    }
}
