package org.flowstream.reconcile;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.health.HealthReport;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ExitReason;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;
import org.flowstream.plan.Action;
import org.flowstream.plan.Desired;
import org.flowstream.plan.Observed;
import org.flowstream.plan.ObservedRules;
import org.flowstream.plan.Plan;
import org.flowstream.plan.Planner;
import org.flowstream.store.Store;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop: looks at the world, plans, and has the plan done, until the world is as declared; then it waits for a change,
 * a request or a time. Groups of actions that do not hang on each other are done at the same time, so that a slow one
 * holds up nobody else.
 */
public final class Reconciler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    /** Even when nothing tells of a change, the world is looked at this often. */
    private static final Duration RESYNC = Duration.ofSeconds(20);

    private static final int WORKERS = 8;
    private static final long READY_AGAIN_MILLIS = 20;
    private static final long OTHERS_NANOS = 150_000_000;
    /** After passes that take longer than this the loop rests: others need the processors, too. */
    private static final Duration QUICK = Duration.ofMillis(20);
    /** It rests so many times as long as the pass took, ... */
    private static final int REST = 10;
    /** ... but no longer than this where the pass itself was shorter: something may have broken meanwhile. */
    private static final Duration LONGEST_REST = Duration.ofMillis(500);

    private final Wishes wishes;
    private final Declarations declarations;
    private final World world;
    private final EventLog events;
    private final Clock clock;
    private final StoreNews storeNews;
    private final Watches watches;
    private final Journeys journeys;
    private final ActionExecutor executor;
    private final Workers workers = new Workers(WORKERS);
    private final Thread loop;

    private final Object monitor = new Object();
    private boolean woken = true;
    /** So many wait for what a pass says: for them it does not rest. */
    private int waiting;
    /** Somebody can do no more until the next pass: for them it rests no longer than the latest one took. */
    private boolean hurried;

    private boolean closed;
    private long passes;
    private @Nullable Pass latest;
    private Optional<WorldException> obstacle = Optional.empty();
    private final Set<String> busy = new HashSet<>();
    /** Those of them that somebody else is at work on. */
    private final Set<String> reserved = new HashSet<>();
    /** The groups that were given back, and the pass in which: it may have looked at half of what was done meanwhile. */
    private final Map<String, Long> givenBack = new HashMap<>();
    /** Groups that the loop left as they were because they were busy. */
    private final Set<String> leftOut = new HashSet<>();

    private final Backlog backlog;
    private volatile Consumer<Duration> passed = took -> {};
    private final List<Consumer<Pass>> seen = new CopyOnWriteArrayList<>();

    public Reconciler(
            BridgeName ownBridge,
            Store store,
            Declarations declarations,
            World world,
            EventLog events,
            Clock clock,
            Failpoints failpoints) {
        this.wishes = new Wishes(ownBridge, declarations, world);
        this.declarations = declarations;
        this.world = world;
        this.events = events;
        this.clock = clock;
        this.backlog = new Backlog(clock);
        this.storeNews = new StoreNews(events);
        this.watches = new Watches(store, world, events, clock);
        this.journeys = new Journeys(world, events);
        this.executor = new ActionExecutor(world, declarations, watches, journeys, events, clock, failpoints);
        this.loop = new Thread(this::run, "loop");
        loop.setDaemon(true);
    }

    /** Has someone told of each pass how long it took; to be said before the start. */
    public void whenPassed(Consumer<Duration> listener) {
        passed = listener;
    }

    /** Has someone told of each look at the world, by the loop's own thread; to be said before the start. */
    public void whenSeen(Consumer<Pass> listener) {
        seen.add(listener);
    }

    public void start() {
        world.whenChanged(this::wake);
        loop.start();
    }

    /** Has the loop look at the world soon. */
    public void wake() {
        synchronized (monitor) {
            woken = true;
            monitor.notifyAll();
        }
    }

    /** The same, for whoever can do no more until then: the loop rests less. */
    public void hurry() {
        synchronized (monitor) {
            hurried = true;
            wake();
        }
    }

    /** Someone asked for something of a chain: its waits are over, and its way to ready is told from now on. */
    public void asked(DeclaredChain chain, boolean way) {
        chain.machines().values().forEach(watches::forgive);
        if (way) {
            journeys.begin(chain.name(), chain.spec().owner());
        } else {
            journeys.end(chain.name());
        }
        synchronized (monitor) {
            backlog.forgive();
        }
        wake();
    }

    /** Ends the machines of a chain and starts them anew. */
    public void restart(DeclaredChain chain) {
        journeys.beginAnew(chain.name(), chain.spec().owner(), chain.machines().size());
        chain.machines().values().forEach(watches::restart);
        asked(chain, true);
    }

    /**
     * Does an action now, for whoever cannot wait for the loop.
     *
     * @throws WorldException when it could not be done
     */
    public void perform(Action action) throws InterruptedException {
        executor.now(action);
    }

    /**
     * Brings up at once a chain that was just declared and of which nothing is there yet: a look at the world, which takes
     * the longer the more there is, would tell nothing of it. What comes in its way is left to the loop.
     *
     * @return whether it is ready
     */
    public boolean bringUp(Name chain, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        return bringUpAlone(chain, deadline)
                || await(pass -> pass.isSettled(chain), Duration.ofNanos(deadline - System.nanoTime()))
                        .isPresent();
    }

    private boolean bringUpAlone(Name name, long deadline) throws InterruptedException {
        Optional<Newcomer> newcomer = declarations
                .chain(name)
                .flatMap(chain -> latest().flatMap(pass -> Newcomer.of(
                        wishes.desired(List.of(chain), List.of(), List.of(), watches::wishes), pass.observed())));
        if (newcomer.isEmpty() || obstacle().isPresent() || !reserve(name)) {
            return false;
        }
        try {
            BooleanSupplier stillAsked =
                    stillAsked(declarations.chain(name).stream().toList(), Groups.of(name));
            boolean ready = newcomer.get().bringUp(executor, stillAsked, machine -> awaitReady(machine, deadline));
            if (ready) {
                declarations.update(name, DeclaredChain::ready);
            }
            return ready;
        } finally {
            giveBack(name);
            wake();
        }
    }

    private boolean awaitReady(MachineId machine, long deadline) throws InterruptedException {
        synchronized (monitor) {
            while (!closed
                    && world.health(machine).filter(HealthReport::isReady).isEmpty()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                // A change that comes before the machine is watched wakes nobody.
                monitor.wait(Math.min(left / 1_000_000 + 1, READY_AGAIN_MILLIS));
            }
            return !closed;
        }
    }

    /** Keeps the loop from a chain until {@link #giveBack}; false when the loop, or somebody, is at work on it. */
    public boolean reserve(Name chain) {
        synchronized (monitor) {
            return reserve(List.of(Groups.of(chain)));
        }
    }

    /** The same for several chains, all or none, for whoever can wait for what goes on. */
    public boolean reserve(List<Name> chains, Duration patience) throws InterruptedException {
        List<String> groups = chains.stream().map(Groups::of).toList();
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (monitor) {
            return waitUntil(() -> reserve(groups), deadline);
        }
    }

    private boolean reserve(Collection<String> groups) {
        if (closed || groups.stream().anyMatch(busy::contains)) {
            return false;
        }
        busy.addAll(groups);
        reserved.addAll(groups);
        leftOut.removeAll(groups);
        return true;
    }

    /**
     * Gives a chain back to the loop; what it saw before of the chain does not count any more.
     *
     * @return whether the loop came by meanwhile and could not say or do anything of it
     */
    public boolean giveBack(Name chain) {
        synchronized (monitor) {
            busy.remove(Groups.of(chain));
            reserved.remove(Groups.of(chain));
            givenBack.put(Groups.of(chain), passes);
            monitor.notifyAll();
            return leftOut.remove(Groups.of(chain));
        }
    }

    /** What the world would be like, and what would be done, with these declarations. Changes nothing. */
    public Pass preview(List<DeclaredChain> chains, List<ExternalPort> ports, List<ExternalPort> leaving) {
        return look(wishes.desired(chains, ports, leaving, watches::wishes), Set.of());
    }

    /** The world as it is now, beside what is declared; nothing of it is remembered. */
    public Pass look() {
        return look(wishes.desired(declarations.all(), watches::wishes), busy);
    }

    private Pass look(Desired desired, Set<String> busyThen) {
        Observed observed = wishes.ofUs(world.observe(desired), declarations.ownChains());
        synchronized (monitor) {
            return new Pass(0, desired, observed, Planner.plan(desired, observed), busyThen);
        }
    }

    private void run() {
        try {
            while (awaitWork()) {
                long begin = System.nanoTime();
                pass();
                Duration took = Duration.ofNanos(System.nanoTime() - begin);
                passed.accept(took);
                rest(took);
            }
        } catch (InterruptedException e) {
            LOG.debug("the loop ends");
            Thread.currentThread().interrupt();
        }
    }

    private void rest(Duration took) throws InterruptedException {
        if (took.compareTo(QUICK) > 0) {
            synchronized (monitor) {
                long begin = System.nanoTime();
                Duration rest = took.multipliedBy(REST);
                Duration longest = took.compareTo(LONGEST_REST) > 0 ? took : LONGEST_REST;
                waitUntil(() -> woken && waiting > 0, begin + took.toNanos());
                waitUntil(
                        () -> woken && (waiting > 0 || hurried),
                        begin + (rest.compareTo(longest) < 0 ? rest : longest).toNanos());
            }
        }
    }

    private boolean awaitWork() throws InterruptedException {
        synchronized (monitor) {
            waitUntil(() -> woken, System.nanoTime() + nextTime().toNanos());
            // Those who cannot wait for the loop, since a packet waits for them, come first; but not for long.
            waitUntil(reserved::isEmpty, System.nanoTime() + OTHERS_NANOS);
            woken = false;
            hurried = false;
            return !closed;
        }
    }

    /** Waits, with the monitor held, until something holds, the time has come, or all ends; says whether it holds. */
    private boolean waitUntil(BooleanSupplier holds, long deadline) throws InterruptedException {
        while (!closed) {
            // The time first: what comes to hold at the last moment counts.
            long left = deadline - System.nanoTime();
            if (holds.getAsBoolean()) {
                return true;
            }
            if (left <= 0) {
                return false;
            }
            monitor.wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        return false;
    }

    private Duration nextTime() {
        Instant now = clock.instant();
        Instant resync = now.plus(RESYNC);
        Instant next = watches.nextDue().filter(resync::isAfter).orElse(resync);
        return Duration.between(now, backlog.next(now).filter(next::isAfter).orElse(next));
    }

    private void pass() throws InterruptedException {
        Set<String> busyBefore;
        long number;
        synchronized (monitor) {
            busyBefore = Set.copyOf(busy);
            leftOut.addAll(busy);
            number = ++passes;
        }
        List<DeclaredChain> chains = declarations.all();
        List<PortName> leaving =
                declarations.leavingPorts().stream().map(port -> port.name()).toList();
        Set<ChainId> own = declarations.ownChains();
        Observed observed;
        long moment = watches.moment();
        try {
            observed = wishes.ofUs(world.observe(wishes.desired(chains, Watches::suspended)), own)
                    .without(declarations.machinesBut(chains), declarations.chainsBut(own));
            watches.see(chains, observed, moment);
        } catch (WorldException e) {
            hindered(e);
            return;
        } catch (RuntimeException e) {
            LOG.error("cannot look at the world", e);
            hindered(new WorldException("daemon", String.valueOf(e), e));
            return;
        }
        Desired desired = wishes.desired(chains, watches::wishes);
        Plan plan = Planner.plan(desired, observed);
        Pass pass = new Pass(number, desired, observed, plan, busyBefore);
        storeNews.attempt(() -> settle(pass, chains, leaving, own));
        Map<String, List<Action>> groups = Groups.part(
                plan.actions(),
                chains.stream().map(DeclaredChain::name).collect(Collectors.toSet()),
                observed.unseen().isEmpty());
        dispatch(pass, chains, groups);
        publish(pass);
    }

    private void hindered(WorldException e) {
        synchronized (monitor) {
            obstacle = Optional.of(e);
            backlog.later("world");
            monitor.notifyAll();
        }
        LOG.debug("{}: {}", e.system(), e.reason());
    }

    /** Takes note of what has come about. */
    private void settle(Pass pass, List<DeclaredChain> chains, List<PortName> leaving, Set<ChainId> own) {
        for (DeclaredChain chain : chains) {
            if (pass.isReady(chain.name()) && !chain.wasReady()) {
                declarations.update(chain.name(), DeclaredChain::ready);
            }
            // An action that goes on still has its stage to tell.
            if (!pass.busy().contains(Groups.of(chain.name()))) {
                pass.chain(chain.name()).ifPresent(desired -> journeys.see(desired.plan(), pass));
            }
            boolean restarts = chain.machines().values().stream()
                    .flatMap(id -> watches.watch(id).stream())
                    .anyMatch(watch -> !watch.ready() && watch.policy().attempts() > 0);
            if (restarts && !journeys.onItsWay(chain.name())) {
                journeys.begin(chain.name(), chain.spec().owner());
            }
        }
        List<PortName> left = leaving.stream()
                .filter(name -> pass.plan().actions().stream()
                        .noneMatch(action -> action.touches().contains("port " + name)
                                || action.touches().contains("interface " + name)))
                .filter(name -> pass.plan().blocked().stream()
                        .noneMatch(blocked -> blocked.subject().equals("port '" + name + "'")))
                .toList();
        if (pass.busy().isEmpty()) {
            // The chains' groups were at rest: none is about to write rules of one that was struck out meanwhile.
            Set<ChainId> withRules = pass.observed().rules().stream()
                    .map(ObservedRules::chain)
                    .collect(Collectors.toCollection(TreeSet::new));
            declarations.ownChains().stream().filter(id -> !own.contains(id)).forEach(withRules::add);
            declarations.forgetAllBut(withRules);
        }
        if (!left.isEmpty() && !pass.busy().contains(Groups.HOST)) {
            declarations.forget(left);
        }
    }

    private void dispatch(Pass pass, List<DeclaredChain> chains, Map<String, List<Action>> groups) {
        synchronized (monitor) {
            obstacle = Optional.empty();
            backlog.settled("world");
            backlog.keepOnly(groups.keySet());
            givenBack.values().removeIf(number -> number < pass.number());
            Instant now = clock.instant();
            boolean hostFirst =
                    groups.containsKey(Groups.HOST) && (busy.contains(Groups.HOST) || !backlog.waits(Groups.HOST, now));
            groups.forEach((group, actions) -> {
                boolean held = hostFirst && !group.equals(Groups.HOST) && !Groups.isOfStrays(group);
                // A group whose actions went on while the world was looked at was planned from half of their effect.
                boolean outdated = givenBack.getOrDefault(group, 0L) >= pass.number();
                boolean current = !pass.busy().contains(group) && !busy.contains(group) && !outdated;
                if (busy.contains(group)) {
                    leftOut.add(group);
                }
                woken |= outdated;
                if (current && backlog.wasDone(group, actions)) {
                    backlog.later(group);
                }
                // Where all that comes next is a guest's word, that word wakes the loop.
                boolean work = !(actions.get(0) instanceof Action.AwaitReady);
                if (work && !held && current && !backlog.waits(group, now) && !closed) {
                    busy.add(group);
                    workers.execute(() -> work(pass, group, actions, stillAsked(chains, group)));
                }
            });
        }
    }

    /** A chain's actions go on only while it is declared as it was when they were planned. */
    private BooleanSupplier stillAsked(List<DeclaredChain> chains, String group) {
        Optional<DeclaredChain> planned = chains.stream()
                .filter(chain -> Groups.of(chain.name()).equals(group))
                .findFirst();
        return () -> planned.isEmpty() || declarations.isStill(planned.get());
    }

    private void work(Pass pass, String group, List<Action> actions, BooleanSupplier stillAsked) {
        boolean good = false;
        try {
            good = executor.execute(pass, actions, stillAsked);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            synchronized (monitor) {
                busy.remove(group);
                leftOut.remove(group);
                if (good) {
                    backlog.done(group, actions);
                } else {
                    backlog.later(group);
                }
                woken = true;
                monitor.notifyAll();
            }
        }
    }

    private void publish(Pass pass) {
        synchronized (monitor) {
            latest = pass;
            monitor.notifyAll();
        }
        seen.forEach(listener -> listener.accept(pass));
    }

    /** The number of the round that began last: what is declared now is seen by those after it. */
    public long round() {
        synchronized (monitor) {
            return passes;
        }
    }

    /** The latest round; empty before the first that could look at everything. */
    public Optional<Pass> latest() {
        synchronized (monitor) {
            return Optional.ofNullable(latest);
        }
    }

    /** Which system kept the latest round from looking at the world, if one did. */
    public Optional<WorldException> obstacle() {
        synchronized (monitor) {
            return obstacle;
        }
    }

    /** What the loop knows of a machine's ends and its next start. */
    public Optional<String> failure(MachineId machine) {
        return watches.watch(machine).flatMap(MachineWatch::failure);
    }

    /** How a machine ended last that has ended by itself and not lasted since. */
    public Optional<ExitReason> latestEnd(MachineId machine) {
        return watches.latestEnd(machine);
    }

    /** When a machine that waits is started again. */
    public Optional<Instant> nextStart(MachineId machine) {
        return watches.watch(machine).flatMap(watch -> watch.policy().due(clock.instant()));
    }

    /** How a machine ends again and again; empty when it does not. */
    public Optional<String> flapping(MachineId machine) {
        return watches.watch(machine).flatMap(watch -> watch.policy().flapping(clock.instant()));
    }

    /** What last went wrong on a chain's way to ready. */
    public Optional<String> trouble(Name chain) {
        return journeys.failure(chain);
    }

    /**
     * Waits until a round that began after this call satisfies a condition.
     *
     * @return that round; empty when none came in time, or when a system does not answer
     */
    public Optional<Pass> await(java.util.function.Predicate<Pass> condition, Duration patience)
            throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (monitor) {
            long after = passes;
            woken = true;
            monitor.notifyAll();
            Supplier<Optional<Pass>> wanted = () -> Optional.ofNullable(latest)
                    .filter(pass -> pass.number() > after)
                    .filter(condition);
            waiting++;
            try {
                return waitUntil(() -> wanted.get().isPresent(), deadline)
                        ? Optional.ofNullable(latest)
                        : Optional.empty();
            } finally {
                waiting--;
            }
        }
    }

    /** Ends the loop; actions that are going on are finished, machines and rules stay as they are. */
    @Override
    public void close() {
        synchronized (monitor) {
            closed = true;
            monitor.notifyAll();
        }
        events.add(Owner.OPERATOR, new Event.DaemonChanged(false, "machines and rules stay as they are"));
        try {
            loop.join(Duration.ofSeconds(5).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        workers.close();
    }
}
