package org.flowstream.firstpacket;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.flowstream.chain.InstanceKey;
import org.flowstream.chain.InstanceSpec;
import org.flowstream.control.ControlPort;
import org.flowstream.control.InputGate;
import org.flowstream.control.Swap;
import org.flowstream.domain.Places;
import org.flowstream.image.Image;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.plan.Action;
import org.flowstream.pool.Pools;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.World;
import org.flowstream.reconcile.WorldException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the leases by which first packets come, and ends the instances that are idle: their machines are scrubbed and
 * wait again where a pool has room, else they go. An instance whose chain is declared no more, or otherwise, goes at once.
 */
final class Keeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
    private static final Duration BOUND = Duration.ofSeconds(5);
    private static final long LOOK_MILLIS = 1000;
    /** So many looks at what entered must find nothing before an instance is idle; the switch counts all rules for each. */
    private static final int LOOKS = 6;

    private static final Duration RAREST_LOOK = Duration.ofSeconds(10);

    private final Places places;
    private final Declarations declarations;
    private final Reconciler reconciler;
    private final World world;
    private final Pools pools;
    private final Entrances entrances;
    private final Map<Name, Map<InstanceKey, DeclaredChain>> instances = new HashMap<>();
    private final Map<ChainId, Traffic> traffic = new HashMap<>();
    /** Machines of instances found at the start, whose gates the daemon before may have closed and not opened. */
    private final Set<MachineId> unopened = new HashSet<>();

    private final Thread thread;
    private long countedNanos = System.nanoTime();
    /** Some are to go at once. */
    private boolean hurried;

    private volatile boolean closed;

    Keeper(
            Places places,
            Declarations declarations,
            Reconciler reconciler,
            World world,
            Pools pools,
            Entrances entrances) {
        this.places = places;
        this.declarations = declarations;
        this.reconciler = reconciler;
        this.world = world;
        this.pools = pools;
        this.entrances = entrances;
        this.thread = new Thread(this::run, "keeper");
        thread.setDaemon(true);
    }

    /** What entered by an instance's rules, and since when it has not grown. */
    private record Traffic(long packets, long sinceNanos) {}

    void start() {
        declarations.all().stream()
                .filter(chain -> chain.spec().spec().part().isInstance())
                .forEach(this::adopt);
        reconciler.whenSeen(pass -> hurry());
        thread.start();
    }

    /** Who asks for a change of a chain waits for the end of what serves it otherwise. */
    private void hurry() {
        if (!declarations.outdatedInstances().isEmpty()) {
            synchronized (this) {
                hurried = true;
                notifyAll();
            }
        }
    }

    private synchronized void adopt(DeclaredChain instance) {
        InstanceKey key = new InstanceKey(
                instance.spec().spec().flow(), instance.spec().spec().returnFlow());
        instances.computeIfAbsent(parent(instance), name -> new HashMap<>()).put(key, instance);
        unopened.addAll(instance.machines().values());
    }

    /** What a daemon that died was about to hand over is lost; what comes since then is not to wait for ever. */
    private void openGates() {
        for (MachineId machine : List.copyOf(unopened)) {
            if (declarations.chainOf(machine).isPresent()) {
                try {
                    new ControlPort(places.control(machine), BOUND).talk(session -> {
                        new InputGate(session).open();
                        return machine;
                    });
                } catch (IOException e) {
                    LOG.debug("the gates of machine {} may be closed: {}", machine, e.getMessage());
                    continue;
                }
            }
            unopened.remove(machine);
        }
    }

    private static Name parent(DeclaredChain instance) {
        return instance.spec().spec().part().of().orElseThrow();
    }

    synchronized void began(DeclaredChain chain, InstanceKey key, DeclaredChain instance) {
        instances.computeIfAbsent(chain.name(), name -> new HashMap<>()).put(key, instance);
    }

    /** The instance that serves a part of a chain's flow; one of the chain as it was before a change is on its way out. */
    synchronized Optional<DeclaredChain> instance(DeclaredChain chain, InstanceKey key) {
        return Optional.ofNullable(
                        instances.getOrDefault(chain.name(), Map.of()).get(key))
                .filter(instance -> declarations.chain(instance.name()).isPresent())
                .filter(instance -> InstanceSpec.isOf(chain.spec(), instance.spec()));
    }

    synchronized int count(DeclaredChain chain) {
        return instances.getOrDefault(chain.name(), Map.of()).size();
    }

    private void run() {
        try {
            while (!closed) {
                look();
                synchronized (this) {
                    if (!hurried) {
                        wait(LOOK_MILLIS);
                    }
                    hurried = false;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() throws InterruptedException {
        try {
            for (Entrances.Entrance entrance : entrances.look(declarations)) {
                renew(entrance);
            }
            openGates();
            endIdle();
        } catch (WorldException e) {
            LOG.debug("{}: {}", e.system(), e.reason());
        } catch (RuntimeException e) {
            LOG.error("idle instances are not ended", e);
        }
    }

    /** While the loop changes a chain's rules it sets the leases too: one of the flow before would take that flow's packets. */
    private void renew(Entrances.Entrance entrance) throws InterruptedException {
        DeclaredChain chain = entrance.chain();
        if (!reconciler.reserve(chain.name())) {
            return;
        }
        try {
            if (declarations.isStill(chain)) {
                reconciler.perform(new Action.RenewLease(entrance.plan()));
            }
        } catch (WorldException e) {
            LOG.debug("chain {}: {}", chain.name(), e.reason());
        } finally {
            if (reconciler.giveBack(chain.name())) {
                reconciler.hurry();
            }
        }
    }

    private void endIdle() throws InterruptedException {
        List<DeclaredChain> now = declarations.all().stream()
                .filter(chain -> chain.spec().spec().part().isInstance())
                .toList();
        forgetAllBut(now);
        boolean counts = System.nanoTime() - countedNanos >= pace(now).toNanos();
        Map<ChainId, Long> packets = new HashMap<>();
        if (counts) {
            countedNanos = System.nanoTime();
            Set<BridgeName> bridges = new TreeSet<>();
            now.forEach(chain -> bridges.add(chain.spec().spec().bridge()));
            bridges.forEach(bridge -> packets.putAll(world.packets(bridge)));
        }
        Set<DeclaredChain> outdated = new HashSet<>(declarations.outdatedInstances());
        boolean ended = false;
        for (DeclaredChain instance : now) {
            if (outdated.contains(instance) || (counts && isIdle(instance, packets.get(instance.id())))) {
                end(instance);
                ended = true;
            }
        }
        if (ended) {
            // Machines that came back wait, and can be taken, once they were seen to.
            reconciler.hurry();
        }
    }

    /** How often what entered is asked for: with some instances that soon are idle, more often. */
    private static Duration pace(List<DeclaredChain> instances) {
        return instances.stream()
                .map(instance -> instance.spec().spec().idle().dividedBy(LOOKS))
                .min(Duration::compareTo)
                .filter(pace -> pace.compareTo(RAREST_LOOK) < 0)
                .orElse(RAREST_LOOK);
    }

    private synchronized void forgetAllBut(List<DeclaredChain> now) {
        Set<ChainId> ids = new HashSet<>();
        now.forEach(chain -> ids.add(chain.id()));
        instances.values().forEach(each -> each.values().removeIf(instance -> !ids.contains(instance.id())));
        traffic.keySet().retainAll(ids);
    }

    /** A packet entered an instance by us, which its rules do not count. */
    synchronized void isInUse(DeclaredChain instance) {
        traffic.computeIfPresent(instance.id(), (id, before) -> new Traffic(before.packets(), System.nanoTime()));
    }

    /** Whether nothing entered by its rules for as long as its chain says; rules that are not there tell nothing. */
    private synchronized boolean isIdle(DeclaredChain instance, @org.jspecify.annotations.Nullable Long packets) {
        long now = System.nanoTime();
        Traffic before = traffic.get(instance.id());
        if (packets == null || before == null || before.packets() != packets) {
            traffic.put(instance.id(), new Traffic(packets == null ? -1 : packets, now));
            return false;
        }
        return now - before.sinceNanos() >= instance.spec().spec().idle().toNanos();
    }

    private void end(DeclaredChain instance) throws InterruptedException {
        if (!reconciler.reserve(instance.name())) {
            return;
        }
        try {
            synchronized (this) {
                instances.values().forEach(each -> each.values().remove(instance));
            }
            // First, so that nothing of the flow comes in behind a scrub, and that what is declared no more takes
            // nothing.
            reconciler.perform(new Action.ClearRules(instance.spec().spec().bridge(), instance.id()));
            if (!waitsAgain(instance)) {
                declarations.remove(instance.name());
            }
        } finally {
            reconciler.giveBack(instance.name());
        }
    }

    /** Has its machines wait again, without a trace of what they did; false when they cannot. */
    private boolean waitsAgain(DeclaredChain instance) {
        List<MiddleboxSpec> middleboxes = instance.spec().spec().middleboxes();
        Optional<InstanceSpec.Blank> blank =
                middleboxes.size() == 1 ? pools.roomAgain(instance.spec(), middleboxes.get(0)) : Optional.empty();
        if (blank.isEmpty()) {
            return false;
        }
        Image empty = pools.image(blank.get().devices());
        for (MachineId machine : new ArrayList<>(instance.machines().values())) {
            try {
                Swap.scrub(new ControlPort(places.control(machine), BOUND), empty);
                world.swapped(machine, empty.digest());
            } catch (IOException | WorldException e) {
                LOG.warn("machine {} is not scrubbed and goes: {}", machine, e.getMessage());
                return false;
            }
        }
        pools.rests(instance.name());
        return declarations.release(instance, blank.get());
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
