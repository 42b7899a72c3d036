package org.flowstream.reconcile;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.health.HealthReport;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ExitReason;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;
import org.flowstream.model.RunState;
import org.flowstream.plan.Observed;
import org.flowstream.plan.ObservedMachine;
import org.flowstream.plan.Wish;
import org.flowstream.store.Store;

/** The watches of all machines: they see ends, keep their reasons, and say what is wished of each machine now. */
final class Watches {
    private final Store store;
    private final ExitBook exits;
    private final World world;
    private final EventLog events;
    private final Clock clock;
    private final Map<MachineId, MachineWatch> watches = new HashMap<>();
    private final Set<MachineId> endedByUs = new HashSet<>();
    /** Someone asked for a new start: they are wished off until they are. */
    private final Set<MachineId> restarting = new HashSet<>();
    /** Told of as flapping. */
    private final Set<MachineId> flappers = new HashSet<>();
    /** When we last started or ended each machine, counted in such acts. */
    private final Map<MachineId, Long> touched = new HashMap<>();

    private long acts;

    Watches(Store store, World world, EventLog events, Clock clock) {
        this.store = store;
        this.exits = new ExitBook(store);
        this.world = world;
        this.events = events;
        this.clock = clock;
    }

    /** The moment for {@link #see}: to be asked before looking at the world. */
    synchronized long moment() {
        return acts;
    }

    /**
     * Takes in what was seen; a machine that ran and does not any more has ended. A machine that was started or ended
     * by us since the look began was seen as it is no more: the next look tells.
     */
    synchronized void see(List<DeclaredChain> chains, Observed observed, long moment) {
        Map<MachineId, ObservedMachine> seen = new HashMap<>();
        observed.machines().forEach(machine -> seen.put(machine.id(), machine));
        Set<MachineId> declared = new HashSet<>();
        for (DeclaredChain chain : chains) {
            declared.addAll(chain.machines().values());
            boolean unseen = observed.unseen().isPresent()
                    && chain.spec().spec().middleboxes().stream()
                            .anyMatch(box -> box.hypervisor() != HypervisorChoice.PROCESS);
            if (unseen) {
                continue;
            }
            chain.machines().forEach((name, id) -> {
                watches.computeIfAbsent(id, unknown -> first(id, name, chain, seen.containsKey(id)));
                if (touched.getOrDefault(id, 0L) <= moment) {
                    see(chain, id, Optional.ofNullable(seen.get(id)));
                }
            });
        }
        watches.keySet().retainAll(declared);
        endedByUs.retainAll(declared);
        restarting.retainAll(declared);
        flappers.retainAll(declared);
        touched.keySet().retainAll(declared);
        exits.keepOnly(declared);
        exits.write();
    }

    /** Of a machine that is newly known: declared now, or found when the daemon came back. */
    private MachineWatch first(MachineId id, Name name, DeclaredChain chain, boolean there) {
        RunState wished = chain.spec().spec().state();
        RestartPolicy policy = RestartPolicy.remembered(store.exits(id), wished, clock.instant());
        MachineWatch watch = new MachineWatch(name, chain.name(), false, false, policy);
        // It was ready once and should run, but is not there: it ended while nobody watched.
        boolean missed = chain.wasReady()
                && wished == RunState.RUNNING
                && !there
                && watch.failure().isEmpty();
        return missed ? watch.withRunning(true) : watch;
    }

    private void see(DeclaredChain chain, MachineId id, Optional<ObservedMachine> machine) {
        MachineWatch watch = get(id);
        tellFlapping(chain, id, watch);
        Optional<ObservedMachine> alive = machine.filter(it -> it.power() != ObservedMachine.Power.ENDED);
        if (alive.filter(it -> it.wellness() == ObservedMachine.Wellness.FAILED).isPresent()
                && watch.failure().isEmpty()) {
            ended(chain, id, new ExitReason(clock.instant(), ExitReason.Cause.FAILED_TESTS, failedTest(id)));
            return;
        }
        if (alive.isPresent()) {
            boolean ready = alive.get().wellness() == ObservedMachine.Wellness.READY;
            Instant now = clock.instant();
            watches.put(
                    id,
                    watch.withRunning(true)
                            .withReady(ready)
                            .withPolicy(
                                    ready
                                            ? watch.policy().ready(now)
                                            : watch.policy().notReady()));
            return;
        }
        restarting.remove(id);
        if (watch.running()) {
            watches.put(id, watch.withRunning(false));
            if (!endedByUs.remove(id)) {
                ended(chain, id, world.exit(id));
            }
        }
    }

    /** What a machine did otherwise than its template's tests say. */
    private String failedTest(MachineId id) {
        return world.health(id)
                .flatMap(report -> report.levels().stream()
                        .filter(level -> level.level() == HealthLevel.FUNCTION)
                        .map(HealthReport.Level::detail)
                        .findFirst())
                .orElse("");
    }

    /** Writes an end down and decides when the machine starts again. */
    private void ended(DeclaredChain chain, MachineId id, ExitReason reason) {
        MachineWatch watch = get(id);
        Instant now = clock.instant();
        RestartPolicy next = watch.policy().ended(reason, now);
        watches.put(id, watch.withPolicy(next));
        exits.add(id, reason);
        events.add(chain.spec().owner(), new Event.MiddleboxExited(watch.name(), reason));
        tellFlapping(chain, id, get(id));
        if (next.failure() == null && chain.spec().spec().state() == RunState.RUNNING) {
            Duration after =
                    next.due(now).map(due -> Duration.between(now, due)).orElse(Duration.ZERO);
            events.add(chain.spec().owner(), new Event.RestartPlanned(watch.name(), next.attempts(), after));
        }
    }

    /** Tells that a machine begins to flap, or has lasted. */
    private void tellFlapping(DeclaredChain chain, MachineId id, MachineWatch watch) {
        Optional<String> flapping = watch.policy().flapping(clock.instant());
        boolean turned = flapping.isPresent() ? flappers.add(id) : flappers.remove(id);
        if (turned) {
            events.add(
                    chain.spec().owner(),
                    new Event.FlappingChanged(watch.name(), flapping.isPresent(), flapping.orElse("")));
        }
    }

    /** An end that is not seen as one: its start failed, or it is about to be ended because it hangs. */
    synchronized void ended(Optional<DeclaredChain> chain, MachineId id, ExitReason reason) {
        if (chain.isPresent() && watches.containsKey(id)) {
            ended(chain.get(), id, reason);
        }
    }

    /** A machine refused its new image and goes on with the old one: it is not asked again until someone asks. */
    synchronized void refused(MachineId id, ExitReason reason) {
        MachineWatch watch = watches.get(id);
        if (watch != null) {
            watches.put(id, watch.withPolicy(watch.policy().ended(reason, clock.instant())));
        }
    }

    /** The machine is about to be ended by us: that is no exit of its own. */
    synchronized void ending(MachineId id) {
        if (watches.containsKey(id)) {
            endedByUs.add(id);
        }
    }

    /** It was not ended after all. */
    synchronized void spared(MachineId id) {
        endedByUs.remove(id);
    }

    /** The machine was ended by us, and is gone. */
    synchronized void gone(MachineId id) {
        touched.put(id, ++acts);
        endedByUs.remove(id);
        MachineWatch watch = watches.get(id);
        if (watch != null) {
            watches.put(id, watch.withRunning(false));
        }
    }

    synchronized void started(MachineId id) {
        touched.put(id, ++acts);
        endedByUs.remove(id);
        MachineWatch watch = watches.get(id);
        if (watch != null) {
            watches.put(id, watch.withRunning(true));
        }
    }

    /** Forgives the past: someone asked for a start. */
    synchronized void forgive(MachineId id) {
        MachineWatch watch = watches.get(id);
        if (watch != null) {
            watches.put(id, watch.withPolicy(RestartPolicy.FRESH));
        }
    }

    /** Has a machine that runs ended and started anew. */
    synchronized void restart(MachineId id) {
        if (watches.containsKey(id)) {
            restarting.add(id);
        }
    }

    /** How a machine ended last that has ended by itself and not lasted since. */
    synchronized Optional<ExitReason> latestEnd(MachineId id) {
        return watch(id).filter(watch -> watch.policy().attempts() > 0).stream()
                .flatMap(watch -> store.exits(id).stream())
                .findFirst();
    }

    synchronized Optional<MachineWatch> watch(MachineId id) {
        return Optional.ofNullable(watches.get(id));
    }

    /** The part of the wishes that the world itself has to know of: which machines are to be halted. */
    static Map<MachineId, Wish> suspended(DeclaredChain chain) {
        Map<MachineId, Wish> wishes = new TreeMap<>();
        if (chain.spec().spec().state() == RunState.SUSPENDED) {
            chain.machines().values().forEach(id -> wishes.put(id, Wish.SUSPEND));
        }
        return wishes;
    }

    /** What is wished of each machine of a chain now. */
    synchronized Map<MachineId, Wish> wishes(DeclaredChain chain) {
        Map<MachineId, Wish> wishes = new TreeMap<>();
        Instant now = clock.instant();
        for (MachineId id : chain.machines().values()) {
            if (chain.spec().spec().state() == RunState.STOPPED || restarting.contains(id)) {
                wishes.put(id, Wish.STOP);
            } else if (chain.spec().spec().state() == RunState.SUSPENDED) {
                wishes.put(id, Wish.SUSPEND);
            } else {
                MachineWatch watch = watches.get(id);
                boolean may = watch == null || watch.policy().mayStart(now);
                wishes.put(id, may ? Wish.RUN : Wish.HOLD);
            }
        }
        return wishes;
    }

    /** When the next machine may start that may not now. */
    synchronized Optional<Instant> nextDue() {
        Instant now = clock.instant();
        return watches.values().stream()
                .flatMap(watch -> watch.policy().due(now).stream())
                .min(Instant::compareTo);
    }

    private MachineWatch get(MachineId id) {
        MachineWatch watch = watches.get(id);
        if (watch == null) {
            throw new IllegalStateException("machine " + id + " is not watched");
        }
        return watch;
    }
}
