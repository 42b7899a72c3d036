package org.flowstream.firstpacket;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.InstanceKey;
import org.flowstream.control.ControlPort;
import org.flowstream.control.Swap;
import org.flowstream.domain.Places;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.image.Image;
import org.flowstream.image.ImageException;
import org.flowstream.image.ImageStore;
import org.flowstream.model.ChainId;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.model.PortName;
import org.flowstream.net.FrameHeaders;
import org.flowstream.openflow.PacketIn;
import org.flowstream.plan.Action;
import org.flowstream.pool.Pools;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.World;
import org.flowstream.reconcile.WorldException;
import org.flowstream.rules.Cookie;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of packets that come to us because their part of a flow has no instance yet: machines that wait become one,
 * the switch is told, and the packets are handed over in order, before those that the switch sends from then on.
 *
 * <p>Fragments of what has instances, and ICMP errors about it, come to us as well: the switch cannot tell whose they are.
 *
 * <p>Set-ups go on side by side, each on a thread of its own. What cannot be set up, or is over the chain's limits, meets
 * the failure policy; what is established is never touched.
 */
public final class FirstPackets implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FirstPackets.class);
    private static final Duration BOUND = Duration.ofSeconds(5);
    private static final Duration START_PATIENCE = Duration.ofSeconds(20);
    private static final int MOST_AT_ONCE = 64;

    private final Places places;
    private final Declarations declarations;
    private final Reconciler reconciler;
    private final World world;
    private final Pools pools;
    private final ImageStore images;
    private final EventLog events;
    private final Entrances entrances = new Entrances();
    private final Fragments fragments = new Fragments();
    private final Map<Part, SetUp> setUps = new ConcurrentHashMap<>();
    private final Map<SeenFlow, Joined> seen = new ConcurrentHashMap<>();
    private final Map<DeclaredChain, Admission> admissions = new ConcurrentHashMap<>();
    private final Map<ImageDigest, Image> warm = new ConcurrentHashMap<>();
    private final Shed shed;
    private final Keeper keeper;
    private final ExecutorService workers;

    public FirstPackets(
            Places places,
            Declarations declarations,
            Reconciler reconciler,
            World world,
            Pools pools,
            ImageStore images,
            EventLog events) {
        this.places = places;
        this.declarations = declarations;
        this.reconciler = reconciler;
        this.world = world;
        this.pools = pools;
        this.images = images;
        this.events = events;
        this.shed = new Shed(world);
        this.keeper = new Keeper(places, declarations, reconciler, world, pools, entrances);
        AtomicInteger number = new AtomicInteger();
        this.workers = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "set-up-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** A part of one chain's flow: another chain may have the same flow between other ports. */
    private record Part(ChainId chain, InstanceKey key) {
        static Part of(SetUp setUp) {
            return new Part(setUp.chain().id(), setUp.key());
        }
    }

    /** What packets of a flow that was seen joined. */
    private record Joined(SetUp setUp, int side) {}

    public void start() {
        world.whenFirstPacket(this::take);
        keeper.start();
    }

    /**
     * How many packets met the failure policy or were lost since the daemon's start, by chain.
     *
     * @param chains the counts of others are forgotten
     */
    public Map<Name, Map<ShedReason, Long>> shed(Set<Name> chains) {
        shed.keepOnly(chains);
        return shed.counts();
    }

    private void take(PacketIn packet) {
        if (!Cookie.isOf(packet.cookie(), Cookie.Kind.FIRST)) {
            return;
        }
        Optional<Entrances.Entrance> entrance = entrances.of(new Cookie(packet.cookie()).id(), declarations);
        if (entrance.isPresent()) {
            take(entrance.get(), packet);
        }
    }

    private void take(Entrances.Entrance entrance, PacketIn packet) {
        DeclaredChain chain = entrance.chain();
        byte[] bytes = packet.data();
        long now = System.nanoTime();
        Optional<SeenFlow> flow = SeenFlow.of(packet.cookie(), packet.inPort(), bytes);
        Optional<Joined> joined = flow.flatMap(it -> Optional.ofNullable(seen.get(it)));
        if (joined.isPresent()
                && joined.get().setUp().chain().equals(chain)
                && joined.get().setUp().add(new SetUp.Held(joined.get().side(), bytes), now)) {
            return;
        }
        Map<PortName, Integer> numbers = world.numbers(entrance.plan().bridge());
        Optional<Integer> from = entrance.side(packet.inPort(), numbers);
        if (from.isEmpty()) {
            return;
        }
        int side = from.get();
        SetUp.Held held = new SetUp.Held(side, bytes);
        Optional<FrameHeaders> headers = FrameHeaders.of(bytes);
        Optional<InstanceKey> key = InstanceKey.of(chain.spec().spec(), headers, side == 1);
        if (key.isEmpty()) {
            follow(entrance, headers, held, packet.inPort(), now);
            return;
        }
        headers.ifPresent(seen -> fragments.note(chain.id(), side, seen, key.get(), now));
        while (true) {
            Optional<SetUp> known = underWay(chain, key.get());
            if (known.isPresent() && known.get().add(held, now)) {
                flow.ifPresent(it -> join(it, known.get(), side));
                return;
            }
            Optional<DeclaredChain> there = keeper.instance(chain, key.get());
            if (known.isEmpty() && there.isPresent()) {
                // It came late: the switch knows the way by now. Or it is a fragment.
                pass(there.get(), packet.inPort(), bytes);
                return;
            }
            if (known.isEmpty()) {
                begin(entrance, key.get(), held, packet.inPort(), now);
                return;
            }
            Thread.onSpinWait();
        }
    }

    private void join(SeenFlow flow, SetUp setUp, int side) {
        seen.put(flow, new Joined(setUp, side));
        if (!setUps.containsValue(setUp)) {
            // It ended meanwhile, and may have been struck out before.
            leave(setUp);
        }
    }

    private void leave(SetUp setUp) {
        seen.values().removeIf(each -> each.setUp() == setUp);
    }

    /** The set-up of a part of a chain's flow; one for the chain as it was before a change comes to nothing. */
    private Optional<SetUp> underWay(DeclaredChain chain, InstanceKey key) {
        return Optional.ofNullable(setUps.get(new Part(chain.id(), key)))
                .filter(setUp -> setUp.chain().spec().equals(chain.spec()));
    }

    /** A later fragment, or an ICMP error: it goes where the packet went that it belongs to, and begins nothing. */
    private void follow(
            Entrances.Entrance entrance, Optional<FrameHeaders> headers, SetUp.Held held, int inPort, long now) {
        DeclaredChain chain = entrance.chain();
        Optional<InstanceKey> key = headers.flatMap(seen -> fragments.of(chain.id(), held.side(), seen, now))
                .or(() -> InstanceKey.ofError(
                        chain.spec().spec(), FrameHeaders.quotedBy(held.bytes()), held.side() == 1));
        Optional<SetUp> known = key.flatMap(it -> underWay(chain, it));
        if (known.isPresent() && known.get().add(held, now)) {
            return;
        }
        Optional<DeclaredChain> there = key.flatMap(it -> keeper.instance(chain, it));
        if (there.isPresent()) {
            pass(there.get(), inPort, held.bytes());
        } else {
            shed.shed(entrance, inPort, held.bytes(), ShedReason.NO_PART);
        }
    }

    private void pass(DeclaredChain instance, int inPort, byte[] bytes) {
        keeper.isInUse(instance);
        shed.towards(
                instance, inPort, bytes, world.numbers(instance.spec().spec().bridge()));
    }

    private void begin(Entrances.Entrance entrance, InstanceKey key, SetUp.Held held, int inPort, long now) {
        DeclaredChain chain = entrance.chain();
        Admission admission = admissions.computeIfAbsent(
                chain, it -> new Admission(it.spec().spec().limits(), now));
        admissions.keySet().removeIf(old -> old.name().equals(chain.name()) && !old.equals(chain));
        if (setUps.size() >= MOST_AT_ONCE) {
            shed.shed(entrance, inPort, held.bytes(), ShedReason.BUSY);
            return;
        }
        int under = (int) setUps.keySet().stream()
                .filter(part -> part.chain().equals(chain.id()))
                .count();
        if (!admission.admits(keeper.count(chain) + under, now)) {
            shed.shed(entrance, inPort, held.bytes(), ShedReason.LIMITS);
            return;
        }
        SetUp setUp = new SetUp(chain, key, now);
        setUp.add(held, now);
        setUps.put(Part.of(setUp), setUp);
        try {
            workers.execute(() -> run(entrance, setUp));
        } catch (RejectedExecutionException e) {
            setUps.remove(Part.of(setUp), setUp);
        }
    }

    private void run(Entrances.Entrance entrance, SetUp setUp) {
        try {
            setUp(setUp);
        } catch (IOException | WorldException | ImageException e) {
            failed(entrance, setUp, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            setUp.abandon();
        } catch (RuntimeException e) {
            LOG.error("a set-up for chain {} failed", setUp.chain().name(), e);
            failed(entrance, setUp, String.valueOf(e));
        } finally {
            setUps.remove(Part.of(setUp), setUp);
            leave(setUp);
            if (setUp.lost() > 0) {
                shed.count(setUp.chain(), ShedReason.HELD, setUp.lost());
            }
        }
    }

    private void failed(Entrances.Entrance entrance, SetUp setUp, String reason) {
        events.add(
                setUp.chain().spec().owner(),
                new Event.SetUpFailed(setUp.chain().name(), setUp.key().flow().toString(), reason));
        shed.all(entrance, setUp.abandon(), ShedReason.FAILED);
    }

    private void setUp(SetUp setUp) throws IOException, InterruptedException {
        ChainSpec spec = setUp.chain().spec();
        Taken taken = Taken.of(spec, pools, reconciler, START_PATIENCE);
        List<DeclaredChain> waiting = taken.machines();
        Optional<DeclaredChain> instance = Optional.empty();
        boolean good = false;
        try {
            instance = declarations.bind(spec, setUp.key(), waiting);
            if (instance.isEmpty()) {
                throw new WorldException(
                        "machines", "the chain was changed, or one that was about to be taken is gone");
            }
            handOver(setUp, instance.get(), waiting, taken.pooled());
            good = true;
        } finally {
            pools.giveBack(waiting);
            if (!good) {
                instance.ifPresent(each -> declarations.remove(each.name()));
            }
            waiting.forEach(each -> reconciler.giveBack(each.name()));
            if (!good) {
                reconciler.wake();
            }
        }
    }

    private void handOver(SetUp setUp, DeclaredChain instance, List<DeclaredChain> waiting, boolean pooled)
            throws IOException, InterruptedException {
        ChainPlan plan = ChainCompiler.compile(instance);
        List<ChainPlan> before = waiting.stream().map(ChainCompiler::compile).toList();
        Map<MachineSpec, Image> wanted = new HashMap<>();
        for (MachineSpec machine : plan.machines()) {
            wanted.put(machine, warm.computeIfAbsent(machine.image(), images::get));
        }
        keeper.began(setUp.chain(), setUp.key(), instance);
        new HandOver(places, plan, world.lag())
                .run(
                        setUp,
                        sessions -> {
                            Future<Long> steered = workers.submit(() -> {
                                reconciler.perform(new Action.SteerInstance(plan, before));
                                return System.nanoTime();
                            });
                            for (MachineSpec machine : plan.machines()) {
                                Image image = wanted.get(machine);
                                if (image != null) {
                                    take(sessions, machine, image);
                                }
                            }
                            settle(done(steered), waiting);
                        },
                        nanos -> events.add(
                                instance.spec().owner(),
                                new Event.InstanceBegan(
                                        setUp.chain().name(),
                                        instance.name(),
                                        setUp.key().flow().toString(),
                                        pooled,
                                        Duration.ofNanos(nanos))));
    }

    private static long done(Future<Long> steered) throws InterruptedException {
        try {
            return steered.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WorldException world) {
                throw world;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** What served another flow a moment ago may have its packets dropped as before, for as long as the switch lags behind. */
    private void settle(long steered, List<DeclaredChain> waiting) {
        long lag = world.lag().toNanos();
        if (lag > 0 && waiting.stream().anyMatch(each -> !pools.hasRested(each.name()))) {
            long left = steered + lag - System.nanoTime();
            while (left > 0) {
                LockSupport.parkNanos(left);
                left = steered + lag - System.nanoTime();
            }
        }
    }

    private void take(HandOver.Sessions sessions, MachineSpec machine, Image image) throws IOException {
        if (sessions.of(machine.id()).isPresent()) {
            Swap.take(sessions.of(machine.id()).get(), image);
        } else {
            new ControlPort(places.control(machine.id()), BOUND).talk(session -> {
                Swap.take(session, image);
                return image;
            });
        }
        world.swapped(machine.id(), image.digest());
    }

    @Override
    public void close() {
        workers.shutdownNow();
        keeper.close();
    }
}
