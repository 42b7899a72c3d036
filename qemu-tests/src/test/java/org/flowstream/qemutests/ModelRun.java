package org.flowstream.qemutests;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.flowstream.qemutests.model.Box;
import org.flowstream.qemutests.model.Chain;
import org.flowstream.qemutests.model.Generator;
import org.flowstream.qemutests.model.Header;
import org.flowstream.qemutests.model.Hop;
import org.flowstream.qemutests.model.Judge;
import org.flowstream.qemutests.model.Mark;
import org.flowstream.qemutests.model.Phase;
import org.flowstream.qemutests.model.Site;
import org.flowstream.qemutests.model.Step;
import org.flowstream.qemutests.model.Way;

/**
 * Does the steps of a model on a platform, sends probes all the time, and judges each by its marks and by where it
 * arrived: while something is going on it went a way of what was or of what will be; when all is settled, the one way.
 * What a step does not concern loses nothing.
 */
final class ModelRun implements AutoCloseable {
    /** By when all must be as declared, after a step. */
    private static final Duration BOUND = Duration.ofSeconds(10);
    /**
     * What is sent has arrived by then, unless it waits in a box that is stopped. In user space the switch forwards nothing
     * while it changes rules, which on a busy host was seen to take 1.7 s.
     */
    private static final Duration ARRIVAL = Duration.ofSeconds(3);

    private static final Duration SHORT = Duration.ofMillis(15);
    /** For so long a packet may still go as before, once what was asked for is done: the loop has more to do after that. */
    private static final Duration LAG = Duration.ofSeconds(2);

    private static final Duration GLANCE = Duration.ofMillis(10);
    private static final Duration CONFIRMATION = Duration.ofMillis(700);
    private static final Duration LONG_CONFIRMATION = Duration.ofMinutes(1);
    /** A box that ended several times waits before it starts again, unless someone asks. */
    private static final Duration IMPATIENCE = Duration.ofMillis(1500);

    private static final int SOME = 24;
    private static final int KEPT_PROBES = 20_000;

    private final ModelPlatform platform;
    private final Probes probes;
    private final long seed;
    private final ExecutorService asking = Executors.newSingleThreadExecutor();
    private final List<Phase> phases = new ArrayList<>();
    private final Map<Long, Sent> sent = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Sent> eldest) {
            return size() > KEPT_PROBES;
        }
    };
    private Site site;
    private Site next;
    private int number;
    /** The first phase of the step. */
    private int begin;

    private long judged;
    /** Boxes that the step before shook: they may still lose packets. */
    private Set<Integer> recent = Set.of();
    /** What held in the step before: what came for boxes on demand may still go to whoever has these made. */
    private List<Phase> earlier;

    ModelRun(ModelPlatform platform, Probes probes, long seed, Site site) {
        this.platform = platform;
        this.probes = probes;
        this.seed = seed;
        this.site = site;
        this.next = site;
        this.earlier = List.of();
        phases.add(Phase.of(site));
    }

    /** A probe under way. */
    private static final class Sent {
        private final Header header;
        private final int phase;
        private final Map<Integer, List<Mark>> arrivals = new TreeMap<>();

        Sent(Header header, int phase) {
            this.header = header;
            this.phase = phase;
        }

        /** Whether it went this way, and no other. */
        boolean went(Way way) {
            if (way.end() instanceof Hop.Out out) {
                return arrivals.equals(Map.of(out.port(), way.marks()));
            }
            return way.end() instanceof Hop.Drop ? arrivals.isEmpty() : arrivals.containsKey(header.to());
        }

        @Override
        public String toString() {
            return arrivals.isEmpty()
                    ? "it did not arrive"
                    : arrivals.entrySet().stream()
                            .map(entry -> "it arrived at " + (char) ('a' + entry.getKey()) + " by " + entry.getValue())
                            .collect(Collectors.joining(", "));
        }
    }

    /** How many probes were judged so far. */
    long judged() {
        return judged;
    }

    Site site() {
        return site;
    }

    /** Declares all of the site at once on a platform that has nothing, as a run that is taken up in the middle does. */
    void declare() {
        for (int port = 0; port < Site.ENDPOINTS; port++) {
            if (!site.ports().contains(port)) {
                platform.removePort(port).ok();
            }
        }
        for (Chain chain : site.chains().values()) {
            platform.put(chain).ok();
            if (chain.bypassed()) {
                platform.tell(chain.slot(), "bypass").ok();
            }
            if (chain.stopped()) {
                platform.tell(chain.slot(), "stop").ok();
            }
        }
        settle(Phase.of(site));
    }

    /** Does one step, and sees to it that what must hold does, meanwhile and then. */
    void step(int step, Step what) {
        number = step;
        next = what instanceof Step.Put put ? put.between(site) : what.after(site);
        Set<Integer> shaky = what.shaky(site);
        begin = phases.size();
        long first = probes.latest() + 1;
        phases.add(new Phase(site, Set.of(), shaky).unsettled());
        phases.add(new Phase(next, Set.of(), shaky).unsettled());
        phases.add(new Phase(what.after(site), Set.of(), shaky).unsettled());
        perform(what);
        site = what.after(site);
        next = site;
        settle(Phase.of(site));
        requireNoLoss(first, phases.size());
        recent = shaky;
        earlier = List.copyOf(phases.subList(begin, begin + 3));
    }

    private void perform(Step what) {
        if (what instanceof Step.Put put) {
            put(put);
        } else if (what instanceof Step.Refused refused) {
            requireRefused(during(() -> platform.put(refused.chain())), "overlaps with chain");
        } else if (what instanceof Step.Remove remove) {
            if (remove.millis() > 0) {
                interrupted(remove.millis(), () -> platform.remove(remove.slot()));
            } else {
                during(() -> platform.remove(remove.slot())).ok();
            }
        } else if (what instanceof Step.Tell tell) {
            String word = tell.word().toString().toLowerCase(Locale.ROOT);
            during(() -> platform.tell(tell.slot(), word)).ok();
        } else if (what instanceof Step.MovePort move) {
            during(() -> move.there() ? platform.addPort(move.port()) : platform.removePort(move.port()))
                    .ok();
        } else if (what instanceof Step.KeepPort keep) {
            requireRefused(during(() -> platform.removePort(keep.port())), "is used by chain");
        } else if (what instanceof Step.Hurt hurt) {
            hurt(hurt);
        } else if (what instanceof Step.KillDaemon) {
            withoutDaemon(() -> {});
        }
    }

    private static void requireRefused(Api.Answer answer, String reason) {
        if (!answer.isRefused() || !answer.toString().contains(reason)) {
            throw new AssertionError("should have been refused: " + answer);
        }
    }

    private void put(Step.Put put) {
        switch (put.manner()) {
            case PLAIN -> during(() -> platform.put(put.chain())).ok();
            case CONFIRMED -> {
                during(() -> platform.putUntil(put.chain(), LONG_CONFIRMATION)).ok();
                during(() -> platform.api().post("/v1/confirm")).ok();
            }
            case TAKEN_BACK -> {
                // Its end may come before all is ready.
                during(() -> platform.putUntil(put.chain(), CONFIRMATION));
                Wait.until(
                        "the change to be taken back",
                        BOUND,
                        () -> probing() && platform.isDeclared(put.chain().slot(), site));
            }
            case INTERRUPTED -> interrupted(put.millis(), () -> platform.put(put.chain()));
        }
    }

    /** Kills the daemon while it does what is asked, and asks the next one again. */
    private void interrupted(int millis, Supplier<Api.Answer> question) {
        CompletableFuture<Api.Answer> answer = CompletableFuture.supplyAsync(question, asking);
        probeFor(Duration.ofMillis(millis));
        withoutDaemon(() -> {});
        answer.join();
        Api.Answer again = during(question);
        if (!again.isGood() && again.status() != 404) {
            throw new AssertionError(again);
        }
    }

    private void hurt(Step.Hurt hurt) {
        Box box = box(hurt.box());
        long process = platform.process(box).orElseThrow();
        switch (hurt.blow()) {
            case KILL -> ModelPlatform.signal("KILL", process);
            case FREEZE -> {
                ModelPlatform.signal("STOP", process);
                probeFor(Duration.ofMillis(hurt.millis()));
                ModelPlatform.signal("CONT", process);
            }
            case HANG -> {
                ModelPlatform.signal("STOP", process);
                settle(new Phase(site, Set.of(box.number()), Set.of()));
            }
            case KILL_WITHOUT_DAEMON ->
                withoutDaemon(() -> {
                    ModelPlatform.signal("KILL", process);
                    settle(new Phase(site, Set.of(box.number()), Set.of()).unsettled());
                    phases.add(new Phase(site, Set.of(), Set.of(box.number())).unsettled());
                });
        }
        awaitReady(box, hurt.blow() == Step.Blow.FREEZE ? 0 : process);
    }

    /** Waits until a box is ready that is another process than before; one that waits because it ended often is hurried. */
    private void awaitReady(Box box, long before) {
        long start = System.nanoTime();
        Wait.until(box + " to be ready again", BOUND, () -> {
            probing();
            if (System.nanoTime() - start > IMPATIENCE.toNanos()) {
                platform.hurry(box);
            }
            return platform.isReady(box) && platform.process(box).stream().anyMatch(process -> process != before);
        });
    }

    private Box box(int number) {
        return site.chains().values().stream()
                .flatMap(chain -> chain.boxes().stream())
                .filter(box -> box.number() == number)
                .findFirst()
                .orElseThrow();
    }

    private void withoutDaemon(Runnable meanwhile) {
        platform.killDaemon();
        meanwhile.run();
        probingUntil(CompletableFuture.runAsync(platform::startDaemon, asking));
    }

    /** Probes until the question is answered. */
    private Api.Answer during(Supplier<Api.Answer> question) {
        return probingUntil(CompletableFuture.supplyAsync(question, asking));
    }

    private <T> T probingUntil(CompletableFuture<T> done) {
        while (true) {
            probing();
            try {
                return done.get(GLANCE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                // It goes on, and so do the probes.
            } catch (ExecutionException e) {
                throw new AssertionError(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }

    private void probeFor(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            probing();
        }
    }

    /** Sends some probes while something goes on. */
    private boolean probing() {
        int seen = (int) probes.latest();
        List<Header> headers = Generator.probes(seed, seen, seen / SOME % 2 == 0 ? site : next, SOME);
        List<Phase> now = phases.subList(begin, phases.size());
        int arriving = (int) headers.stream()
                .filter(header -> now.stream()
                        .allMatch(
                                phase -> phase.way(header).filter(Way::arrives).isPresent()))
                .count();
        exchange(headers, begin, arriving, SHORT);
        return true;
    }

    private void exchange(List<Header> headers, int phase, int expected, Duration patience) {
        long before = probes.latest();
        for (int index = 0; index < headers.size(); index++) {
            sent.put(before + 1 + index, new Sent(headers.get(index), phase));
        }
        probes.send(headers, expected, patience).forEach(this::judge);
    }

    private void judge(ProbeFrame.Arrival arrival) {
        Sent probe = sent.get(arrival.number());
        if (probe == null) {
            throw failure("a probe arrived that is not known any more: " + arrival);
        }
        judged++;
        List<Phase> since = phases.subList(probe.phase, phases.size());
        if (!Judge.allows(since, probe.header, arrival.marks(), arrival.port())) {
            throw failure("%s arrived at %s by %s; it may go: %s"
                    .formatted(
                            probe.header,
                            (char) ('a' + arrival.port()),
                            arrival.marks(),
                            since.stream()
                                    .map(phase -> phase.way(probe.header)
                                            .map(Way::toString)
                                            .orElse("several ways"))
                                    .distinct()
                                    .toList()));
        }
        if (probe.arrivals.put(arrival.port(), arrival.marks()) != null) {
            throw failure(probe.header + " arrived twice at " + (char) ('a' + arrival.port()));
        }
    }

    /** Waits until each probe goes the one way it should, within the bound. */
    private void settle(Phase phase) {
        phases.add(phase);
        int index = phases.size() - 1;
        List<Header> headers = Generator.probes(seed, -number - 1, phase.site(), 2 * SOME);
        int arriving = (int) headers.stream()
                .filter(header -> phase.way(header).filter(Way::arrives).isPresent())
                .count();
        long start = System.nanoTime();
        while (true) {
            Duration waited = Duration.ofNanos(System.nanoTime() - start);
            long before = probes.latest();
            // The switch's cache may lag behind the rules that the daemon has set, for a moment.
            exchange(headers, waited.compareTo(LAG) < 0 ? begin : index - 1, arriving, SHORT.multipliedBy(2));
            Optional<String> wrong = firstWrong(phase, headers, before + 1);
            if (wrong.isEmpty()) {
                return;
            }
            if (waited.compareTo(BOUND) > 0) {
                throw failure("after " + waited.toMillis() + " ms: " + wrong.get());
            }
            exchange(List.of(), index, 1, GLANCE);
        }
    }

    private Optional<String> firstWrong(Phase phase, List<Header> headers, long first) {
        for (int index = 0; index < headers.size(); index++) {
            Header header = headers.get(index);
            Sent probe = sent.get(first + index);
            Optional<Way> way = phase.way(header);
            if (way.isPresent() && (probe == null || !probe.went(way.get()))) {
                return Optional.of(header + " should go: " + way.get() + "; " + probe);
            }
        }
        return Optional.empty();
    }

    /** What had one way before a step, meanwhile and after it, has arrived. */
    private void requireNoLoss(long first, int end) {
        long deadline = System.nanoTime() + ARRIVAL.toNanos();
        Optional<String> lost = lost(first, end);
        while (lost.isPresent() && System.nanoTime() < deadline) {
            exchange(List.of(), phases.size() - 1, 1, GLANCE);
            lost = lost(first, end);
        }
        lost.ifPresent(text -> {
            throw failure(text);
        });
    }

    private Optional<String> lost(long first, int end) {
        for (long each = first; each <= probes.latest(); each++) {
            Sent probe = sent.get(each);
            if (probe == null || !probe.arrivals.isEmpty()) {
                continue;
            }
            Header header = probe.header;
            List<Phase> during = phases.subList(begin, end);
            Set<Optional<Way>> ways = new HashSet<>();
            during.forEach(phase -> ways.add(phase.way(header)));
            boolean sure = during.stream().allMatch(phase -> isSure(phase, header));
            Optional<Way> way = ways.iterator().next();
            if (sure && ways.size() == 1 && way.isPresent() && way.get().arrives()) {
                return Optional.of("lost, though this step is not about it: " + header + ", " + way.get());
            }
        }
        return Optional.empty();
    }

    private boolean isSure(Phase phase, Header header) {
        return phase.isSure(header)
                && phase.site().ports().contains(header.to())
                && earlier.stream().noneMatch(before -> before.isOnDemand(header))
                && new Phase(phase.site(), phase.dead(), recent).way(header).isPresent();
    }

    private AssertionError failure(String text) {
        return new AssertionError("step " + number + ": " + text);
    }

    @Override
    public void close() {
        asking.shutdownNow();
    }
}
