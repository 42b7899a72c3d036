package org.flowstream.qemutests.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.flowstream.qemutests.model.Step.Blow;
import org.flowstream.qemutests.model.Step.Manner;
import org.flowstream.qemutests.model.Step.Word;

/** Random steps and probes: the same for the same seed, number and site. */
public final class Generator {
    private static final int SLOTS = 6;
    private static final int VERSIONS = 3;
    private static final int ADDRESSES = 3;
    private static final int[] PORTS = {1000, 2000};
    /** Few, so that they meet. */
    private static final int[] PRIORITIES = {50, 100, 101, 200};

    private static final int LONGEST_FREEZE_MILLIS = 1500;
    private static final int LATEST_KILL_MILLIS = 120;
    private static final int SCALE = 1000;
    /** One of so many chains has boxes that come with packets, where there are such. */
    private static final int DEMANDS_IN = 3;

    private static final int TRIES = 50;

    private final Random random;
    private final Site site;
    private final boolean demand;

    private Generator(long seed, int number, Site site, boolean demand) {
        this.random = new Random(seed * 1_000_003 + number);
        this.site = site;
        this.demand = demand;
    }

    /**
     * Step NUMBER from a site on.
     *
     * @param demand whether it may make a chain whose boxes come with packets
     */
    public static Step step(long seed, int number, Site site, boolean demand) {
        return new Generator(seed, number, site, demand).step();
    }

    /** Packets that tell whether a site is as it should be: some for each chain, and some of any kind. */
    public static List<Header> probes(long seed, int number, Site site, int some) {
        return new Generator(~seed, number, site, false).probes(some);
    }

    private Step step() {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Optional<Step> step = attempt();
            if (step.isPresent()) {
                return step.get();
            }
        }
        return new Step.KillDaemon();
    }

    /** A step of a kind that is drawn, empty where the site has nothing for it. Figures are in thousandths. */
    private Optional<Step> attempt() {
        int left = random.nextInt(SCALE);
        if ((left -= 170) < 0) {
            return made();
        }
        if ((left -= 80) < 0) {
            return chain().map(chain -> new Step.Remove(chain.slot(), 0));
        }
        if ((left -= 200) < 0) {
            return put(Manner.PLAIN, 0);
        }
        if ((left -= 130) < 0) {
            return chain().map(this::swapped).map(chain -> new Step.Put(chain, Manner.PLAIN, 0));
        }
        if ((left -= 120) < 0) {
            return chain().map(chain -> new Step.Tell(chain.slot(), chain.bypassed() ? Word.RESUME : Word.BYPASS));
        }
        if ((left -= 100) < 0) {
            return chain().map(chain -> new Step.Tell(chain.slot(), chain.stopped() ? Word.START : Word.STOP));
        }
        if ((left -= 20) < 0) {
            return chain().map(chain -> new Step.Tell(chain.slot(), Word.RESTART));
        }
        if ((left -= 40) < 0) {
            return refused();
        }
        if ((left -= 40) < 0) {
            return port();
        }
        if ((left -= 60) < 0) {
            return hurt(Blow.KILL);
        }
        if ((left -= 14) < 0) {
            return hurt(Blow.FREEZE);
        }
        if ((left -= 4) < 0) {
            return hurt(Blow.HANG);
        }
        if ((left -= 4) < 0) {
            return hurt(Blow.KILL_WITHOUT_DAEMON);
        }
        if ((left -= 4) < 0) {
            return Optional.of(new Step.KillDaemon());
        }
        if ((left -= 4) < 0) {
            return put(Manner.TAKEN_BACK, 0);
        }
        if ((left -= 4) < 0) {
            return put(Manner.INTERRUPTED, 1 + random.nextInt(LATEST_KILL_MILLIS));
        }
        if ((left -= 2) < 0) {
            return chain().map(chain -> new Step.Remove(chain.slot(), 1 + random.nextInt(LATEST_KILL_MILLIS / 2)));
        }
        return put(Manner.CONFIRMED, 0);
    }

    /** A new chain in a free slot. */
    private Optional<Step> made() {
        List<Integer> free = new ArrayList<>();
        for (int slot = 0; slot < SLOTS; slot++) {
            if (!site.chains().containsKey(slot)) {
                free.add(slot);
            }
        }
        if (free.isEmpty()) {
            return Optional.empty();
        }
        return wired(free.get(random.nextInt(free.size())))
                .filter(site::hasRoomFor)
                .map(chain -> new Step.Put(chain, Manner.PLAIN, 0));
    }

    private Optional<Chain> wired(int slot) {
        List<Integer> ports = new ArrayList<>(site.ports());
        if (ports.size() < 2) {
            return Optional.empty();
        }
        Collections.shuffle(ports, random);
        boolean onDemand = demand && random.nextInt(DEMANDS_IN) == 0;
        return Optional.of(new Chain(
                slot,
                ports.get(0),
                ports.get(1),
                onDemand ? connections() : flow(),
                PRIORITIES[random.nextInt(PRIORITIES.length)],
                !onDemand && random.nextBoolean(),
                false,
                false,
                boxes(slot),
                onDemand));
    }

    /** Few of them, or a host would be busy with nothing else. */
    private Flow connections() {
        Flow.Family[] families = {Flow.Family.UDP, Flow.Family.TCP, Flow.Family.UDP6};
        int source = 1 + random.nextInt(ADDRESSES);
        return new Flow(
                families[random.nextInt(families.length)],
                source,
                1 + source % ADDRESSES,
                0,
                PORTS[random.nextInt(PORTS.length)]);
    }

    private Flow flow() {
        Flow.Family[] families = Flow.Family.values();
        Flow.Family family = families[random.nextInt(families.length)];
        if (family == Flow.Family.ANY) {
            return new Flow(family, 0, 0, 0, 0);
        }
        int source = random.nextInt(ADDRESSES + 1);
        int destination = random.nextInt(ADDRESSES + 1);
        if (!family.hasProtocol()) {
            return new Flow(family, source, destination, 0, 0);
        }
        int port = random.nextInt(2) == 0 ? 0 : PORTS[random.nextInt(PORTS.length)];
        return random.nextInt(4) == 0
                ? new Flow(family, source, destination, port, 0)
                : new Flow(family, source, destination, 0, port);
    }

    private List<Box> boxes(int slot) {
        List<Integer> numbers = new ArrayList<>();
        for (int box = 0; box < Chain.MOST_BOXES; box++) {
            numbers.add(slot * Chain.MOST_BOXES + box);
        }
        Collections.shuffle(numbers, random);
        // Most chains have one or two.
        int count = 1 + Math.min(random.nextInt(Chain.MOST_BOXES), random.nextInt(Chain.MOST_BOXES));
        return numbers.subList(0, count).stream()
                .map(number -> new Box(number, random.nextInt(VERSIONS)))
                .toList();
    }

    private Optional<Chain> chain() {
        List<Chain> chains = List.copyOf(site.chains().values());
        return chains.isEmpty() ? Optional.empty() : Optional.of(chains.get(random.nextInt(chains.size())));
    }

    private Optional<Step> put(Manner manner, int millis) {
        return chain().map(this::changed)
                .filter(site::hasRoomFor)
                .filter(chain -> !chain.equals(site.chains().get(chain.slot())))
                .map(chain -> new Step.Put(chain, manner, millis));
    }

    /** One thing about a chain is another. */
    private Chain changed(Chain old) {
        Chain drawn = wired(old.slot()).orElse(old);
        // What a chain of the other kind has would not fit this one.
        Chain other = drawn.onDemand() == old.onDemand() ? drawn : old;
        return switch (random.nextInt(6)) {
            case 0 -> with(old, old.left(), old.right(), other.flow(), old.priority(), old.open(), old.boxes());
            case 1 -> with(old, old.left(), old.right(), old.flow(), other.priority(), old.open(), old.boxes());
            case 2 ->
                with(
                        old,
                        old.left(),
                        old.right(),
                        old.flow(),
                        old.priority(),
                        !old.open() && !old.onDemand(),
                        old.boxes());
            case 3 -> with(old, other.left(), other.right(), old.flow(), old.priority(), old.open(), old.boxes());
            case 4 -> with(old, old.left(), old.right(), old.flow(), old.priority(), old.open(), other.boxes());
            default ->
                with(old, other.left(), other.right(), other.flow(), other.priority(), other.open(), old.boxes());
        };
    }

    private static Chain with(Chain old, int left, int right, Flow flow, int priority, boolean open, List<Box> boxes) {
        return new Chain(
                old.slot(), left, right, flow, priority, open, old.stopped(), old.bypassed(), boxes, old.onDemand());
    }

    /** One of its boxes has another image. */
    private Chain swapped(Chain old) {
        List<Box> boxes = new ArrayList<>(old.boxes());
        int index = random.nextInt(boxes.size());
        Box box = boxes.get(index);
        boxes.set(index, new Box(box.number(), (box.version() + 1 + random.nextInt(VERSIONS - 1)) % VERSIONS));
        return with(old, old.left(), old.right(), old.flow(), old.priority(), old.open(), boxes);
    }

    private Optional<Step> refused() {
        return wired(random.nextInt(SLOTS))
                .filter(chain -> !site.hasRoomFor(chain))
                .map(Step.Refused::new);
    }

    private Optional<Step> port() {
        int port = random.nextInt(Site.ENDPOINTS);
        if (site.uses(port)) {
            return Optional.of(new Step.KeepPort(port));
        }
        boolean there = site.ports().contains(port);
        return Optional.of(new Step.MovePort(port, !there));
    }

    private Optional<Step> hurt(Blow blow) {
        List<Integer> running = site.atWork();
        return running.isEmpty()
                ? Optional.empty()
                : Optional.of(new Step.Hurt(
                        running.get(random.nextInt(running.size())), blow, random.nextInt(LONGEST_FREEZE_MILLIS)));
    }

    private List<Header> probes(int some) {
        Set<Header> headers = new java.util.LinkedHashSet<>();
        for (Chain chain : site.chains().values()) {
            headers.add(fitting(chain.left(), chain.flow()));
            headers.add(fitting(chain.right(), chain.flow().reversed()));
        }
        while (headers.size() < some) {
            headers.add(any(random.nextInt(Site.ENDPOINTS), kind()));
        }
        List<Header> list = new ArrayList<>(headers);
        list.removeIf(header -> !site.ports().containsAll(new TreeSet<>(List.of(header.from(), header.to()))));
        return list;
    }

    private Header.Kind kind() {
        Header.Kind[] kinds = Header.Kind.values();
        return kinds[random.nextInt(kinds.length)];
    }

    private Header any(int from, Header.Kind kind) {
        int source = 1 + random.nextInt(ADDRESSES);
        int destination = 1 + (source + random.nextInt(ADDRESSES - 1)) % ADDRESSES;
        return new Header(
                kind,
                from,
                (from + 1 + random.nextInt(Site.ENDPOINTS - 1)) % Site.ENDPOINTS,
                source,
                destination,
                PORTS[random.nextInt(PORTS.length)],
                PORTS[random.nextInt(PORTS.length)]);
    }

    /** A packet of the flow. */
    private Header fitting(int from, Flow flow) {
        Header.Kind kind = switch (flow.family()) {
            case ANY -> kind();
            case IP -> random.nextBoolean() ? Header.Kind.UDP : Header.Kind.TCP;
            case UDP -> Header.Kind.UDP;
            case TCP -> Header.Kind.TCP;
            case IP6, UDP6 -> Header.Kind.UDP6;
        };
        Header header = any(from, kind);
        return new Header(
                kind,
                from,
                header.to(),
                chosen(flow.source(), header.source()),
                chosen(flow.destination(), header.destination()),
                chosen(flow.sourcePort(), header.sourcePort()),
                chosen(flow.destinationPort(), header.destinationPort()));
    }

    private static int chosen(int wanted, int other) {
        return wanted == 0 ? other : wanted;
    }
}
