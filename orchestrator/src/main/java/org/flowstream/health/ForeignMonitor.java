package org.flowstream.health;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
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
final class ForeignMonitor extends LevelMonitor {
    /** One that finds its configuration wrong ends within so long: it is not to be taken for ready meanwhile. */
    private static final Duration SETTLES = Duration.ofMillis(500);

    private static final Duration PROBE_EVERY = Duration.ofSeconds(5);
    private static final Duration PROBE_AGAIN = Duration.ofMillis(100);
    /** From its start a program has so long to forward; a machine whose kernel boots in emulation, more. */
    private static final Duration PROGRAM_PATIENCE = Duration.ofSeconds(20);

    private static final Duration MACHINE_PATIENCE = Duration.ofMinutes(2);

    private final Watched.Switch openVswitch;
    private final ForwardingProbe probe;
    private long startedNanos = System.nanoTime();
    private long settledNanos;
    private boolean running;

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
        super(watched, listener, unwell, clock);
        this.openVswitch = openVswitch;
        this.probe = probe;
        this.running = found;
        if (found) {
            startedNanos -= SETTLES.toNanos();
        }
    }

    @Override
    public void started() {
        synchronized (this) {
            startedNanos = System.nanoTime();
            running = true;
        }
        LockSupport.unpark(thread());
    }

    @Override
    void run() {
        long left = untilSettled();
        while (left > 0 && !isClosed()) {
            LockSupport.parkNanos(left);
            left = untilSettled();
        }
        synchronized (this) {
            settledNanos = System.nanoTime();
        }
        set(HealthLevel.MACHINE, HealthReport.State.GOOD, "");
        while (asks(HealthLevel.FORWARDING) && !isClosed()) {
            Duration rest = probe() ? PROBE_EVERY : PROBE_AGAIN;
            tellIfUnwell();
            LockSupport.parkNanos(rest.toNanos());
        }
    }

    private synchronized long untilSettled() {
        return running ? startedNanos + SETTLES.toNanos() - System.nanoTime() : Long.MAX_VALUE;
    }

    /** Whether a probe passes each way. */
    private boolean probe() {
        try {
            List<ForwardingProbe.Way> ways =
                    openVswitch.ways(watched().machine(), watched().bridge());
            if (ways.isEmpty()) {
                set(HealthLevel.FORWARDING, HealthReport.State.UNKNOWN, "its ports are not in the switch");
                return false;
            }
            ForwardingProbe.Outcome outcome =
                    probe.pass(openVswitch.connection(watched().bridge()), ways);
            set(
                    HealthLevel.FORWARDING,
                    outcome.roundTrip().isPresent() ? HealthReport.State.GOOD : HealthReport.State.BAD,
                    outcome.roundTrip().map(LevelMonitor::millis).orElse(outcome.detail()));
            return outcome.roundTrip().isPresent();
        } catch (OpenFlowException e) {
            set(HealthLevel.FORWARDING, HealthReport.State.UNKNOWN, String.valueOf(e.getMessage()));
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public synchronized boolean isReady() {
        return isWell();
    }

    /** One that never forwarded in its time; while the switch does not answer none can show that it does. */
    @Override
    public synchronized boolean isUnwell() {
        Duration patience = watched().machine().guest() == GuestKind.PROGRAM ? PROGRAM_PATIENCE : MACHINE_PATIENCE;
        return !wasReady()
                && running
                && level(HealthLevel.FORWARDING)
                        .filter(it -> it.state() == HealthReport.State.BAD)
                        .isPresent()
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
        throw new IllegalStateException(watched().machine().name() + " cannot take another image");
    }

    @Override
    public void heard(boolean now) {
        // It speaks no BFD.
    }

    @Override
    public synchronized HealthReport report() {
        return new HealthReport(levels(), Optional.empty(), began());
    }

    @Override
    public HealthReport look() {
        return report();
    }

    @Override
    public synchronized Optional<HealthMonitor.Birth> birth() {
        return !wasReady()
                ? Optional.empty()
                : Optional.of(new HealthMonitor.Birth(
                        Duration.ofNanos(Math.max(0, settledNanos - startedNanos)),
                        Duration.ofNanos(Math.max(0, wellNanos() - settledNanos)),
                        Optional.empty()));
    }
}
