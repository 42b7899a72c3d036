package org.flowstream.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.flowstream.model.GuestKind;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.ImageDigest;
import org.flowstream.openflow.OpenFlowException;

/**
 * The watch over a guest of the user's own, which says nothing of itself: that it runs and goes on running, and, where its
 * template asks for it, that a frame passes it from device to device unchanged.
 */
final class ForeignMonitor implements Monitor {
    /** One that finds its configuration wrong ends within so long: it is not to be taken for ready meanwhile. */
    private static final Duration SETTLES = Duration.ofMillis(500);

    private static final Duration PROBE_EVERY = Duration.ofSeconds(5);
    private static final Duration PROBE_AGAIN = Duration.ofMillis(100);
    /** From its start a program has so long to forward; a machine whose kernel boots in emulation, more. */
    private static final Duration PROGRAM_PATIENCE = Duration.ofSeconds(20);

    private static final Duration MACHINE_PATIENCE = Duration.ofMinutes(2);

    private final Watched watched;
    private final Watched.Switch openVswitch;
    private final ForwardingProbe probe;
    private final HealthMonitor.Listener listener;
    private final Runnable unwell;
    private final Thread thread;
    private final Instant began;
    private final Map<HealthLevel, HealthReport.Level> levels = new EnumMap<>(HealthLevel.class);
    private long startedNanos = System.nanoTime();
    private long settledNanos;
    private long wellNanos;
    private boolean running;
    private boolean toldUnwell;
    private boolean closed;

    /**
     * @param found whether it runs already, rather than being started now
     * @param unwell is told once when it is to be started anew
     */
    ForeignMonitor(
            Watched watched,
            boolean found,
            Watched.Switch openVswitch,
            ForwardingProbe probe,
            HealthMonitor.Listener listener,
            Runnable unwell,
            Clock clock) {
        this.watched = watched;
        this.openVswitch = openVswitch;
        this.probe = probe;
        this.listener = listener;
        this.unwell = unwell;
        this.began = clock.instant();
        this.running = found;
        if (found) {
            startedNanos -= SETTLES.toNanos();
        }
        for (HealthLevel level : watched.machine().health().ready()) {
            levels.put(level, new HealthReport.Level(level, HealthReport.State.UNKNOWN, ""));
        }
        this.thread = new Thread(this::run, "health-" + watched.machine().name());
        thread.setDaemon(true);
    }

    @Override
    public Watched watched() {
        return watched;
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        thread.interrupt();
    }

    @Override
    public void started() {
        synchronized (this) {
            startedNanos = System.nanoTime();
            running = true;
        }
        LockSupport.unpark(thread);
    }

    private void run() {
        long left = untilSettled();
        while (left > 0 && !isClosed()) {
            LockSupport.parkNanos(left);
            left = untilSettled();
        }
        synchronized (this) {
            settledNanos = System.nanoTime();
        }
        set(HealthLevel.MACHINE, HealthReport.State.GOOD, "");
        while (watched.machine().health().asks(HealthLevel.FORWARDING) && !isClosed()) {
            Duration rest = probe() ? PROBE_EVERY : PROBE_AGAIN;
            tellIfUnwell();
            LockSupport.parkNanos(rest.toNanos());
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized long untilSettled() {
        return running ? startedNanos + SETTLES.toNanos() - System.nanoTime() : Long.MAX_VALUE;
    }

    /** Whether a probe passes each way. */
    private boolean probe() {
        try {
            List<ForwardingProbe.Way> ways = openVswitch.ways(watched.machine(), watched.bridge());
            if (ways.isEmpty()) {
                set(HealthLevel.FORWARDING, HealthReport.State.UNKNOWN, "its ports are not in the switch");
                return false;
            }
            ForwardingProbe.Outcome outcome = probe.pass(openVswitch.connection(watched.bridge()), ways);
            set(
                    HealthLevel.FORWARDING,
                    outcome.roundTrip().isPresent() ? HealthReport.State.GOOD : HealthReport.State.BAD,
                    outcome.roundTrip()
                            .map(took -> String.format(Locale.ROOT, "%.1f ms", took.toNanos() / 1e6))
                            .orElse(outcome.detail()));
            return outcome.roundTrip().isPresent();
        } catch (OpenFlowException e) {
            set(HealthLevel.FORWARDING, HealthReport.State.UNKNOWN, String.valueOf(e.getMessage()));
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void tellIfUnwell() {
        synchronized (this) {
            if (toldUnwell || closed || !isUnwell()) {
                return;
            }
            toldUnwell = true;
        }
        unwell.run();
    }

    private void set(HealthLevel level, HealthReport.State state, String detail) {
        boolean turned;
        synchronized (this) {
            HealthReport.Level before = levels.get(level);
            if (before == null || closed) {
                return;
            }
            levels.put(level, new HealthReport.Level(level, state, detail));
            turned = before.state() != state;
            if (wellNanos == 0 && isWell()) {
                wellNanos = System.nanoTime();
            }
        }
        if (turned) {
            listener.turned(watched.machine(), level, state == HealthReport.State.GOOD, detail);
        }
    }

    private boolean isWell() {
        return levels.values().stream().allMatch(level -> level.state() == HealthReport.State.GOOD);
    }

    @Override
    public synchronized boolean isReady() {
        return isWell();
    }

    @Override
    public synchronized boolean wasReady() {
        return wellNanos != 0;
    }

    /** One that never forwarded in its time; while the switch does not answer none can show that it does. */
    @Override
    public synchronized boolean isUnwell() {
        Duration patience = watched.machine().guest() == GuestKind.PROGRAM ? PROGRAM_PATIENCE : MACHINE_PATIENCE;
        HealthReport.Level forwarding = levels.get(HealthLevel.FORWARDING);
        return wellNanos == 0
                && running
                && forwarding != null
                && forwarding.state() == HealthReport.State.BAD
                && System.nanoTime() - startedNanos > patience.toNanos();
    }

    @Override
    public boolean hasFailed() {
        return false;
    }

    @Override
    public Optional<ImageDigest> runs() {
        return Optional.empty();
    }

    @Override
    public void swapped(ImageDigest image) {
        throw new IllegalStateException(watched.machine().name() + " cannot take another image");
    }

    @Override
    public void heard(boolean now) {
        // It speaks no BFD.
    }

    @Override
    public synchronized HealthReport report() {
        return new HealthReport(new ArrayList<>(levels.values()), Optional.empty(), began);
    }

    @Override
    public HealthReport look() {
        return report();
    }

    @Override
    public synchronized Optional<HealthMonitor.Birth> birth() {
        return wellNanos == 0
                ? Optional.empty()
                : Optional.of(new HealthMonitor.Birth(
                        Duration.ofNanos(Math.max(0, settledNanos - startedNanos)),
                        Duration.ofNanos(Math.max(0, wellNanos - settledNanos)),
                        Optional.empty()));
    }
}
