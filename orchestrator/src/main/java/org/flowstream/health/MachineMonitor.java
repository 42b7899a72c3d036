package org.flowstream.health;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.flowstream.control.HealthClient;
import org.flowstream.control.Pong;
import org.flowstream.control.ReadyLine;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.ImageDigest;
import org.flowstream.openflow.OpenFlowException;
import org.jspecify.annotations.Nullable;

/**
 * The watch over a machine of the engine, on a thread of its own: it opens the health port, waits for READY, then asks at each
 * heartbeat and sends a probe now and then. A guest that does not answer costs nobody else any time.
 */
final class MachineMonitor extends LevelMonitor {
    /** A PONG that comes later counts as none. */
    private static final Duration DEADLINE = Duration.ofSeconds(1);

    private static final Duration PROBE_EVERY = Duration.ofSeconds(5);
    /** The least between two questions of a machine that rests: each wakes it, and the switch hears it anyhow. */
    private static final Duration RESTING = Duration.ofSeconds(10);

    private static final Duration RESTING_PROBE = Duration.ofSeconds(30);
    /** A machine whose counts someone looked at does not rest for so long. */
    private static final long LOOKED_NANOS = 10_000_000_000L;
    /** Frames a second; the switch's own questions are fewer. */
    private static final double MOST_AT_REST = 10;

    /** Between probes until the first one comes back: the switch may still be taking the rules in. */
    private static final Duration PROBE_AGAIN = Duration.ofMillis(3);

    /** From its start a guest has so long to be ready. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(20);
    /** One that was found running has so long to answer: a guest that works says READY within milliseconds. */
    private static final Duration FOUND_PATIENCE = Duration.ofSeconds(4);
    /** So many heartbeats in a row without an answer: it hangs, and is to be started anew. */
    private static final int MOST_MISSES = 3;

    private static final long CONNECT_AGAIN_NANOS = 2_000_000;
    private static final long AFTER_LOSS_NANOS = 50_000_000;

    private final Watched.Switch openVswitch;
    private final ForwardingProbe probe;
    private final FunctionCheck function;
    private final long beganNanos = System.nanoTime();

    private HealthReport.@Nullable Counters counters;
    private long countersNanos;
    private @Nullable ReadyLine ready;
    private long startedNanos;
    private long readyNanos;
    /** Since when it could have been ready: while the switch does not answer, no guest can show that it forwards. */
    private long judgedNanos = beganNanos;

    private int misses;
    private boolean found;
    private boolean heard;
    private boolean looked;
    private long lookedNanos;

    /**
     * @param found whether it runs already, rather than being started now
     * @param unwell is told once when it is to be started anew
     */
    MachineMonitor(
            Watched watched,
            boolean found,
            Watched.Switch openVswitch,
            ForwardingProbe probe,
            FunctionCheck function,
            HealthMonitor.Listener listener,
            Runnable unwell,
            Clock clock) {
        super(watched, listener, unwell, clock);
        this.found = found;
        this.openVswitch = openVswitch;
        this.probe = probe;
        this.function = function;
    }

    /** libvirt has started it: what comes now is the guest's own time. */
    @Override
    public synchronized void started() {
        startedNanos = System.nanoTime();
        found = false;
    }

    @Override
    void run() {
        set(HealthLevel.MACHINE, HealthReport.State.GOOD, "");
        if (asks(HealthLevel.FUNCTION) && !wasFound()) {
            // While the guest boots; afterwards somebody waits for it.
            function.prepare(watched().machine().image());
        }
        while (!isClosed()) {
            try (HealthClient client = HealthClient.open(watched().healthSocket())) {
                greet(client.awaitReady(readyPatience()));
                beat(client);
            } catch (IOException e) {
                if (isKnown()) {
                    lost(String.valueOf(e.getMessage()));
                    LockSupport.parkNanos(AFTER_LOSS_NANOS);
                } else {
                    tellIfUnwell();
                    LockSupport.parkNanos(CONNECT_AGAIN_NANOS);
                }
            }
        }
    }

    private synchronized boolean wasFound() {
        return found;
    }

    private synchronized Duration readyPatience() {
        if (readyNanos != 0) {
            return DEADLINE;
        }
        return found ? FOUND_PATIENCE : START_PATIENCE;
    }

    private synchronized boolean isKnown() {
        return readyNanos != 0;
    }

    private synchronized void greet(ReadyLine line) {
        ready = line;
        if (readyNanos == 0) {
            readyNanos = System.nanoTime();
        }
    }

    /** The image that the guest said last it runs. */
    @Override
    public synchronized Optional<ImageDigest> runs() {
        return Optional.ofNullable(ready).map(ReadyLine::image);
    }

    @Override
    public synchronized void swapped(ImageDigest image) {
        ReadyLine line = ready;
        if (line != null) {
            ready = line.with(image);
        }
    }

    /** Asks at each heartbeat, and probes now and then, until it is told to end; a lost answer is thrown. */
    private void beat(HealthClient client) throws IOException {
        boolean probes = asks(HealthLevel.FORWARDING) || asks(HealthLevel.FUNCTION);
        long beat = System.nanoTime() - heartbeat();
        long nextProbe = probes ? System.nanoTime() : Long.MAX_VALUE;
        Optional<ReadyLine> said = client.latestReady();
        while (!isClosed()) {
            if (System.nanoTime() >= beat + heartbeat()) {
                beat = System.nanoTime();
                Pong pong = client.ping(DEADLINE);
                count(pong);
                // It says so again when its image was swapped; what it said before that is not news.
                if (!client.latestReady().equals(said)) {
                    said = client.latestReady();
                    said.ifPresent(this::greet);
                }
                set(HealthLevel.CONTROL, HealthReport.State.GOOD, millis(pong.took()));
            }
            if (System.nanoTime() >= nextProbe) {
                boolean well = probe();
                tellIfUnwell();
                Duration every = isResting() ? RESTING_PROBE : PROBE_EVERY;
                nextProbe = System.nanoTime() + (well ? every : wasReady() ? DEADLINE : PROBE_AGAIN).toNanos();
            }
            LockSupport.parkNanos(Math.max(1, Math.min(beat + heartbeat(), nextProbe) - System.nanoTime()));
        }
    }

    private long heartbeat() {
        Duration asked = watched().machine().health().heartbeat();
        return (isResting() && asked.compareTo(RESTING) < 0 ? RESTING : asked).toNanos();
    }

    /** Whether the switch hears it, it has little to do, and nobody looks. */
    private synchronized boolean isResting() {
        HealthReport.Counters latest = counters;
        return heard
                && wasReady()
                && misses == 0
                && latest != null
                && latest.receivedRate() < MOST_AT_REST
                && latest.sentRate() < MOST_AT_REST
                && !(looked && System.nanoTime() - lookedNanos < LOOKED_NANOS);
    }

    /** The switch hears the machine, or does not: then it is asked at once. */
    @Override
    public void heard(boolean now) {
        boolean ceases;
        synchronized (this) {
            ceases = heard && !now;
            heard = now;
        }
        if (ceases) {
            LockSupport.unpark(thread());
        }
    }

    /** Someone looks at it: what is known of it is to be fresh from now on. */
    @Override
    public HealthReport look() {
        boolean rested = isResting();
        synchronized (this) {
            looked = true;
            lookedNanos = System.nanoTime();
        }
        if (rested) {
            LockSupport.unpark(thread());
        }
        return report();
    }

    private void lost(String detail) {
        synchronized (this) {
            misses++;
        }
        set(HealthLevel.CONTROL, HealthReport.State.BAD, detail);
        tellIfUnwell();
    }

    private synchronized void count(Pong pong) {
        long now = System.nanoTime();
        HealthReport.Counters before = counters;
        double seconds = (now - countersNanos) / 1e9;
        boolean grows =
                before != null && pong.received() >= before.received() && pong.sent() >= before.sent() && seconds > 0;
        counters = new HealthReport.Counters(
                pong.received(),
                pong.sent(),
                pong.dropped(),
                pong.poolFree(),
                pong.uptime().toNanos() / 1000,
                grows && before != null ? (pong.received() - before.received()) / seconds : 0,
                grows && before != null ? (pong.sent() - before.sent()) / seconds : 0);
        countersNanos = now;
        misses = 0;
        forgetUnwell();
    }

    /** Its forwarding could not be looked at, for no fault of its own. */
    private synchronized void excuse() {
        judgedNanos = System.nanoTime();
    }

    /** Sends a probe each way, and has the machine show its function where that is to be shown; whether all is well. */
    private boolean probe() {
        try {
            List<ForwardingProbe.Way> ways =
                    openVswitch.ways(watched().machine(), watched().bridge());
            if (ways.isEmpty()) {
                excuse();
                // A machine that starts may be quicker than they are.
                set(
                        HealthLevel.FORWARDING,
                        wasReady() ? HealthReport.State.BAD : HealthReport.State.UNKNOWN,
                        "its ports are not in the switch");
                return false;
            }
            ForwardingProbe.Outcome outcome =
                    probe.send(openVswitch.connection(watched().bridge()), ways);
            if (outcome.roundTrip().isEmpty()) {
                set(HealthLevel.FORWARDING, HealthReport.State.BAD, outcome.detail());
                return false;
            }
            set(
                    HealthLevel.FORWARDING,
                    HealthReport.State.GOOD,
                    millis(outcome.roundTrip().get()));
            return !asks(HealthLevel.FUNCTION) || shows(ways);
        } catch (OpenFlowException e) {
            excuse();
            set(HealthLevel.FORWARDING, HealthReport.State.BAD, String.valueOf(e.getMessage()));
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean shows(List<ForwardingProbe.Way> ways) throws InterruptedException {
        Optional<ImageDigest> image = runs();
        if (image.isEmpty()) {
            return false;
        }
        FunctionCheck.Verdict verdict = function.look(image.get(), ways);
        if (verdict.state() == HealthReport.State.UNKNOWN) {
            excuse();
        }
        set(HealthLevel.FUNCTION, verdict.state(), verdict.detail());
        return verdict.state() == HealthReport.State.GOOD;
    }

    /** Whether all levels hold; until it was ready once, function of the very image that it runs. */
    @Override
    boolean isWell() {
        boolean shown = !asks(HealthLevel.FUNCTION) || wasReady() || function.isKnown(runs());
        return shown && super.isWell();
    }

    /** Whether all levels hold that are asked for. */
    @Override
    public synchronized boolean isReady() {
        return readyNanos != 0 && isWell();
    }

    /** Whether it has failed its tests: another start would, too. */
    @Override
    public boolean hasFailed() {
        return function.hasFailed();
    }

    /** Whether it is to be started anew: it hangs, or was not ready in its time. */
    @Override
    public synchronized boolean isUnwell() {
        long now = System.nanoTime();
        boolean silent = found && readyNanos == 0 && now - beganNanos > FOUND_PATIENCE.toNanos();
        boolean late = !wasReady() && now - judgedNanos > START_PATIENCE.toNanos();
        return silent || late || misses >= MOST_MISSES;
    }

    @Override
    public synchronized HealthReport report() {
        return new HealthReport(levels(), Optional.ofNullable(counters), began());
    }

    /** How it came to be ready; empty before. */
    @Override
    public synchronized Optional<HealthMonitor.Birth> birth() {
        if (!wasReady()) {
            return Optional.empty();
        }
        long from = startedNanos == 0 ? beganNanos : startedNanos;
        return Optional.of(new HealthMonitor.Birth(
                Duration.ofNanos(Math.max(0, readyNanos - from)),
                Duration.ofNanos(Math.max(0, wellNanos() - Math.max(readyNanos, from))),
                Optional.ofNullable(ready)));
    }
}
