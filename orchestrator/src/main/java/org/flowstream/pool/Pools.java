package org.flowstream.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.flowstream.chain.InstanceSpec;
import org.flowstream.image.Image;
import org.flowstream.image.ImageStore;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.PoolSpec;
import org.flowstream.model.RunState;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Pass;
import org.flowstream.reconcile.Reconciler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps as many machines waiting as the declared pools ask for, on the bridges and with the devices of the chains whose
 * machines come with packets; takes from them, and refills in the background. What no chain needs any more goes.
 */
public final class Pools implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pools.class);
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration END_BOUND = Duration.ofSeconds(5);
    /** The pool of machines that were asked for when a packet had come already. */
    private static final Name ON_DEMAND = new Name("on-demand");
    /** So many machines start at the same time: more would take the processors from those that work. */
    private static final int AT_ONCE = 2;
    /** So many while at least half of what is to wait does. */
    private static final int AT_LEISURE = 1;
    /** A pool may have so many times its size of machines that wait: those that served and came back. */
    private static final int MOST_TIMES = 2;
    /** Machines beyond a pool's size go when none was taken for so long, one after the other. */
    private static final long SURPLUS_NANOS = 30_000_000_000L;

    private static final long SURPLUS_APART_NANOS = 1_000_000_000L;
    /** Flows that begin together have the processors for themselves: machines are made when none was taken for so long. */
    private static final long CALM_NANOS = 150_000_000L;
    /** Where flows never cease to begin they are made all the same. */
    private static final long AT_LEAST_EACH_NANOS = 1_000_000_000L;

    private final Declarations declarations;
    private final Reconciler reconciler;
    private final ImageStore images;
    private final Supplier<List<PoolSpec>> declared;
    private final EmptyImages empty;
    private final Waiting waiting;
    private final Map<Integer, Image> blanks = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean closed;
    private volatile long takenNanos = System.nanoTime();
    private long removedNanos = System.nanoTime();
    private long madeNanos = System.nanoTime();

    /** Makes the image of a machine that waits. */
    @FunctionalInterface
    public interface EmptyImages {
        Image of(int devices);
    }

    public Pools(
            Declarations declarations,
            Reconciler reconciler,
            ImageStore images,
            Supplier<List<PoolSpec>> declared,
            EmptyImages empty) {
        this.declarations = declarations;
        this.reconciler = reconciler;
        this.images = images;
        this.declared = declared;
        this.empty = empty;
        this.waiting = new Waiting(declarations);
        this.thread = new Thread(this::run, "pools");
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /**
     * How a pool stands.
     *
     * @param wanted machines that are to wait: its size for each bridge and number of devices that a chain asks for
     * @param ready that wait to be taken
     * @param starting that are not ready yet
     */
    public record Level(PoolSpec pool, int wanted, int ready, int starting) {}

    /** How each pool stands. */
    public List<Level> levels() {
        Optional<Pass> pass = reconciler.latest();
        List<DeclaredChain> free = waiting.all();
        Set<Waiting.Need> needs = needs().keySet();
        return declared.get().stream()
                .map(pool -> level(pool, needs, free, pass))
                .toList();
    }

    private static Level level(PoolSpec pool, Set<Waiting.Need> needs, List<DeclaredChain> free, Optional<Pass> pass) {
        long served = needs.stream()
                .filter(need -> pool.spec().memoryMib() >= need.memoryMib())
                .count();
        List<DeclaredChain> its =
                free.stream().filter(chain -> isOf(chain, pool.name())).toList();
        long ready = its.stream()
                .filter(chain -> pass.filter(it -> it.isReady(chain.name())).isPresent())
                .count();
        return new Level(pool, Math.toIntExact(served * pool.spec().size()), (int) ready, (int) (its.size() - ready));
    }

    private static boolean isOf(DeclaredChain chain, Name pool) {
        return chain.spec().spec().part().of().equals(Optional.of(pool));
    }

    /** Machines for the middleboxes of a chain, in their order: taken, and ready. Empty when there are not enough. */
    public Optional<List<DeclaredChain>> take(ChainSpec chain) {
        takenNanos = System.nanoTime();
        return reconciler.latest().flatMap(pass -> waiting.take(Waiting.Need.of(chain), pass));
    }

    /**
     * Starts machines for the middleboxes of a chain, and waits until they are ready.
     *
     * @return empty when they are not in time
     */
    public Optional<List<DeclaredChain>> make(ChainSpec chain, Duration patience) throws InterruptedException {
        List<DeclaredChain> ordered = new ArrayList<>();
        for (MiddleboxSpec middlebox : chain.spec().middleboxes()) {
            ordered.add(waiting.order(blank(ON_DEMAND, chain, middlebox, middlebox.hypervisor(), 0)));
        }
        // The loop starts several side by side; of those that it may be at work on something may be there already.
        boolean ready = ordered.size() == 1
                ? reconciler.bringUp(ordered.get(0).name(), patience)
                // The loop is to be done with them: what it still did would undo what is done with them next.
                : reconciler
                        .await(pass -> ordered.stream().allMatch(each -> pass.isSettled(each.name())), patience)
                        .isPresent();
        if (!ready) {
            ordered.forEach(each -> declarations.remove(each.name()));
            reconciler.wake();
            return Optional.empty();
        }
        // Having been ready it was written down so: what is declared now is what can be bound.
        return Optional.of(ordered.stream()
                .flatMap(each -> declarations.chain(each.name()).stream())
                .toList());
    }

    /** A machine that served a flow waits again from now on. */
    public void rests(Name machine) {
        waiting.rests(machine);
    }

    /** Whether the switch has forgotten all that a machine sent for an earlier flow. */
    public boolean hasRested(Name machine) {
        return waiting.hasRested(machine);
    }

    /** Gives machines back that were not used. */
    public void giveBack(List<DeclaredChain> chains) {
        waiting.giveBack(chains);
    }

    /**
     * What a machine that served a chain is made of when it waits again; empty when no pool has room for one more. Beyond its
     * size a pool keeps some for a while: they will be wanted at the pace at which they come back, and starting and ending
     * them takes the processors, and the switch, from those that work.
     */
    public Optional<InstanceSpec.Blank> roomAgain(ChainSpec chain, MiddleboxSpec middlebox) {
        return room(chain, middlebox, MOST_TIMES);
    }

    private Optional<InstanceSpec.Blank> room(ChainSpec chain, MiddleboxSpec middlebox, double times) {
        Waiting.Need need = Waiting.Need.of(chain, middlebox);
        return declared.get().stream()
                .filter(pool -> pool.spec().memoryMib() >= need.memoryMib())
                .filter(pool -> count(pool, need) < times * pool.spec().size())
                .findFirst()
                .map(pool -> blank(
                        pool.name(),
                        chain,
                        middlebox,
                        pool.spec().hypervisor(),
                        pool.spec().memoryMib()));
    }

    private InstanceSpec.Blank blank(
            Name pool, ChainSpec chain, MiddleboxSpec middlebox, HypervisorChoice hypervisor, int memoryMib) {
        int devices = middlebox.devices().size();
        return new InstanceSpec.Blank(
                pool, chain, image(devices).digest(), Math.max(memoryMib, middlebox.memoryMib()), devices, hypervisor);
    }

    /** The image of a machine that waits. */
    public Image image(int devices) {
        return blanks.computeIfAbsent(devices, count -> {
            Image image = empty.of(count);
            images.put(image);
            return image;
        });
    }

    private long count(PoolSpec pool, Waiting.Need need) {
        return waiting.all().stream()
                .filter(chain -> isOf(chain, pool.name()) && Waiting.isFor(chain, need))
                .count();
    }

    private void run() {
        try {
            while (!closed) {
                levelled();
                Thread.sleep(LOOK.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void levelled() {
        try {
            level();
        } catch (RuntimeException e) {
            LOG.error("the pools cannot be filled", e);
        }
    }

    /** Makes machines that are missing and removes those that are too many. */
    private void level() {
        Map<Waiting.Need, Sample> needs = needs();
        boolean changed = removeSurplus(needs.keySet());
        Optional<Pass> pass = reconciler.latest();
        long starting = waiting.all().stream()
                .filter(chain -> pass.filter(it -> it.isReady(chain.name())).isEmpty())
                .count();
        if (starting == 0) {
            changed |= removeOutdated(pass);
        }
        long now = System.nanoTime();
        boolean calm = now - takenNanos >= CALM_NANOS || now - madeNanos >= AT_LEAST_EACH_NANOS;
        for (Sample sample : calm ? needs.values() : List.<Sample>of()) {
            Optional<InstanceSpec.Blank> blank = room(sample.chain(), sample.middlebox(), 1);
            int atOnce = room(sample.chain(), sample.middlebox(), 0.5).isPresent() ? AT_ONCE : AT_LEISURE;
            while (blank.isPresent() && starting < atOnce) {
                declarations.declareWaiting(blank.get());
                madeNanos = now;
                changed = true;
                starting++;
                blank = room(sample.chain(), sample.middlebox(), 1);
            }
        }
        if (changed || starting > 0) {
            // The next ones are started when those that start were seen to be ready.
            reconciler.hurry();
        }
    }

    /** What the chains whose machines come with packets ask of machines that wait, each with one that asks. */
    private Map<Waiting.Need, Sample> needs() {
        Map<Waiting.Need, Sample> needs = new HashMap<>();
        for (DeclaredChain chain : declarations.chains()) {
            ChainSpec spec = chain.spec();
            if (spec.spec().isOnDemand() && spec.spec().state() == RunState.RUNNING) {
                spec.spec()
                        .middleboxes()
                        .forEach(it -> needs.putIfAbsent(Waiting.Need.of(spec, it), new Sample(spec, it)));
            }
        }
        return needs;
    }

    private record Sample(ChainSpec chain, MiddleboxSpec middlebox) {}

    /**
     * Machines of an earlier version of the program wait on its runtime, for which nothing is built any more. They go one at
     * a time, so that most of the pool can be taken meanwhile.
     */
    private boolean removeOutdated(Optional<Pass> pass) {
        Optional<DeclaredChain> outdated = pass.flatMap(
                it -> waiting.takeOutdated(devices -> image(devices).digest(), it));
        outdated.ifPresent(chain -> declarations.remove(chain.name()));
        return outdated.isPresent();
    }

    private boolean removeSurplus(Set<Waiting.Need> needs) {
        Map<Name, Integer> sizes = new HashMap<>();
        declared.get().forEach(pool -> sizes.put(pool.name(), pool.spec().size()));
        Map<String, Integer> counts = new HashMap<>();
        Set<Name> surplus = new TreeSet<>();
        List<Name> spare = new ArrayList<>();
        for (DeclaredChain chain : waiting.all()) {
            Name pool = chain.spec().spec().part().of().orElseThrow();
            Optional<Waiting.Need> need =
                    needs.stream().filter(it -> Waiting.isFor(chain, it)).findFirst();
            int place = need.map(it -> counts.merge(pool + "/" + it, 1, Integer::sum))
                    .orElse(Integer.MAX_VALUE);
            int size = sizes.getOrDefault(pool, 0);
            if (place > MOST_TIMES * size) {
                surplus.add(chain.name());
            } else if (place > size) {
                spare.add(chain.name());
            }
        }
        long now = System.nanoTime();
        if (!spare.isEmpty() && now - takenNanos > SURPLUS_NANOS && now - removedNanos > SURPLUS_APART_NANOS) {
            removedNanos = now;
            surplus.add(spare.get(0));
        }
        surplus.forEach(declarations::remove);
        return !surplus.isEmpty();
    }

    /** Ends when nothing more is written: an image may be in the making. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(END_BOUND.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
