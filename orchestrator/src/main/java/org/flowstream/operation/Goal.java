package org.flowstream.operation;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.Name;
import org.flowstream.model.PortName;
import org.flowstream.model.RunState;
import org.flowstream.plan.ObservedMachine;
import org.flowstream.plan.ObservedPort;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Pass;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.WorldException;

/** What the world must be like for an operation to be done. It is read off a look at the world, and never remembered. */
public sealed interface Goal {
    /** Whether the world is so. */
    boolean holds(Pass pass);

    /** Why it will not come about by itself; empty while it may. */
    default Optional<String> failure(Declarations declarations, Reconciler reconciler) {
        return Optional.empty();
    }

    /** What is not so yet, as the beginning of a sentence. */
    String missing();

    /** What it waits for, where that is known better than by what keeps the loop. */
    default String reason(Reconciler reconciler) {
        return "the loop goes on with it";
    }

    /** What keeps the world from being so, in words. */
    default String waitsFor(Reconciler reconciler) {
        return reconciler.obstacle().map(WorldException::reason).orElseGet(() -> reason(reconciler));
    }

    /**
     * A chain's machines are ready and its flow is steered to them.
     *
     * @param asked as it was declared; whether it is to run, or is bypassed, may change
     * @param settled whether, besides, nothing is left to be done: a machine of an earlier declaration is ready too, until
     *     it is ended
     */
    record Ready(ChainSpec asked, boolean settled) implements Goal {
        Name chain() {
            return asked.name();
        }

        @Override
        public boolean holds(Pass pass) {
            return pass.isSettled(chain()) && (!settled || hasNothingToDo(pass));
        }

        private boolean hasNothingToDo(Pass pass) {
            return pass.plan().actions().stream()
                    .flatMap(action -> action.chain().stream())
                    .noneMatch(chain()::equals);
        }

        @Override
        public Optional<String> failure(Declarations declarations, Reconciler reconciler) {
            return declarations
                    .chain(chain())
                    .map(declared -> failure(declared, reconciler))
                    .orElse(Optional.of("it was removed"))
                    .map(reason -> chain() + ": " + reason);
        }

        private Optional<String> failure(DeclaredChain declared, Reconciler reconciler) {
            if (!declared.spec().equals(asked.inStateOf(declared.spec()))) {
                return Optional.of("it was changed since");
            }
            return declared.spec().spec().state() != RunState.RUNNING
                    ? Optional.of("it was " + declared.spec().spec().state())
                    : declared.machines().values().stream()
                            .flatMap(id -> reconciler.failure(id).stream())
                            .findFirst()
                            .or(() -> reconciler.trouble(chain()));
        }

        /** Waits until it is so; why it is not, else empty. */
        Optional<String> await(Declarations declarations, Reconciler reconciler, Duration patience)
                throws InterruptedException {
            Optional<Pass> pass = reconciler.await(
                    it -> holds(it) || failure(declarations, reconciler).isPresent(), patience);
            if (pass.filter(this::holds).isPresent()) {
                return Optional.empty();
            }
            return failure(declarations, reconciler)
                    .or(() ->
                            Optional.of(missing() + " after " + patience.toSeconds() + " s: " + waitsFor(reconciler)));
        }

        @Override
        public String missing() {
            return chain() + " is not ready";
        }

        @Override
        public String reason(Reconciler reconciler) {
            return reconciler
                    .latest()
                    .flatMap(pass -> pass.blocked(chain()).or(() -> ends(pass, reconciler)))
                    .orElse("its health levels do not all hold (flowstream logs, flowstream inspect)");
        }

        /** A machine that has ended by itself since it was first started. */
        private Optional<String> ends(Pass pass, Reconciler reconciler) {
            return pass.chain(chain()).stream()
                    .flatMap(chain -> chain.plan().machines().stream())
                    .flatMap(machine -> reconciler.latestEnd(machine.id()).stream()
                            .map(end -> machine.name() + " has ended by itself: " + end))
                    .findFirst();
        }
    }

    /**
     * A chain has become ready anew.
     *
     * @param since the number of the latest event before that was asked: what is ready then does not count
     */
    record Anew(Ready ready, EventLog events, long since) implements Goal {
        @Override
        public boolean holds(Pass pass) {
            return ready.holds(pass)
                    && events.after(since).stream()
                            .anyMatch(entry -> entry.event() instanceof Event.MiddleboxReady event
                                    && event.name().equals(ready.chain()));
        }

        @Override
        public Optional<String> failure(Declarations declarations, Reconciler reconciler) {
            return ready.failure(declarations, reconciler);
        }

        @Override
        public String missing() {
            return ready.missing();
        }

        @Override
        public String reason(Reconciler reconciler) {
            return ready.reason(reconciler);
        }
    }

    /** The switch has a chain's rules as they are declared; until its first ready a chain has none there. */
    record Steered(Name chain, boolean wasReady) implements Goal {
        @Override
        public boolean holds(Pass pass) {
            return !wasReady || pass.isSteered(chain);
        }

        @Override
        public Optional<String> failure(Declarations declarations, Reconciler reconciler) {
            return declarations.chain(chain).isEmpty() ? Optional.of(chain + ": it was removed") : Optional.empty();
        }

        @Override
        public String missing() {
            return "the rules of chain '" + chain + "' are not as asked";
        }
    }

    /** A chain's machines have ended, and packets make no others. */
    record Off(DeclaredChain chain) implements Goal {
        @Override
        public boolean holds(Pass pass) {
            return chain.machines().values().stream()
                            .allMatch(id -> pass.machine(id).isEmpty())
                    && (!chain.spec().spec().isOnDemand() || new Steered(chain.name(), chain.wasReady()).holds(pass));
        }

        @Override
        public Optional<String> failure(Declarations declarations, Reconciler reconciler) {
            return declarations
                    .chain(chain.name())
                    .filter(now -> now.id().equals(chain.id()))
                    .filter(now -> now.spec().spec().state() == RunState.RUNNING)
                    .map(now -> chain.name() + ": it was started");
        }

        @Override
        public String missing() {
            return "chain '" + chain.name() + "' still runs";
        }
    }

    /** A chain's machines are halted, where they are there at all. */
    record Halted(DeclaredChain chain) implements Goal {
        @Override
        public boolean holds(Pass pass) {
            return chain.machines().values().stream()
                    .flatMap(id -> pass.machine(id).stream())
                    .allMatch(machine -> machine.power() == ObservedMachine.Power.PAUSED);
        }

        @Override
        public Optional<String> failure(Declarations declarations, Reconciler reconciler) {
            return declarations
                    .chain(chain.name())
                    .filter(now -> now.spec().spec().state() == RunState.SUSPENDED)
                    .map(now -> reconciler.trouble(chain.name()))
                    .orElse(Optional.of("it was changed since"))
                    .map(reason -> chain.name() + ": " + reason);
        }

        @Override
        public String missing() {
            return "chain '" + chain.name() + "' is not suspended";
        }
    }

    /** Nothing is left of a chain. */
    record Gone(DeclaredChain chain) implements Goal {
        @Override
        public boolean holds(Pass pass) {
            return pass.isGone(chain);
        }

        @Override
        public String missing() {
            return "chain '" + chain.name() + "' is not gone";
        }
    }

    /** Nothing is left of chains that are declared no more: all that is still to be done is for those that are. */
    record Cleared(Declarations declarations) implements Goal {
        @Override
        public boolean holds(Pass pass) {
            Set<Name> declared = new TreeSet<>();
            declarations.all().forEach(chain -> declared.add(chain.name()));
            return pass.plan().actions().stream()
                    .allMatch(
                            action -> action.chain().filter(declared::contains).isPresent());
        }

        @Override
        public String missing() {
            return "something of removed chains is left";
        }
    }

    /** Nothing of the world: the request was the whole of it. */
    record Nothing() implements Goal {
        @Override
        public boolean holds(Pass pass) {
            return true;
        }

        @Override
        public String missing() {
            return "the loop has not looked at the world";
        }
    }

    /** An external port is there. */
    record Present(PortName port) implements Goal {
        @Override
        public boolean holds(Pass pass) {
            return pass.observed().port(port).flatMap(ObservedPort::number).isPresent();
        }

        @Override
        public String missing() {
            return "port '" + port + "' is not there";
        }
    }
}
