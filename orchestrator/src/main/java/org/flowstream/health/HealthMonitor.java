package org.flowstream.health;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.flowstream.control.ReadyLine;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.openflow.PacketIn;

/** The health of all machines that run, each watched by itself. Safe for all threads. */
public final class HealthMonitor implements AutoCloseable {
    private final Watched.Switch openVswitch;
    private final Watched.Guest guest;
    private final Listener listener;
    private final Runnable unwell;
    private final Clock clock;
    private final ForwardingProbe probe;
    private final FrameCatch frames = new FrameCatch();
    private final Map<MachineId, Monitor> monitors = new HashMap<>();

    /** Is told when a level of health turns. */
    @FunctionalInterface
    public interface Listener {
        void turned(MachineSpec machine, HealthLevel level, boolean good, String detail);
    }

    /**
     * How a machine came to be ready.
     *
     * @param guest from its start to READY
     * @param health from READY until all levels held
     * @param ready what the guest said
     */
    public record Birth(Duration guest, Duration health, Optional<ReadyLine> ready) {}

    /** @param unwell is told when a machine is to be started anew */
    public HealthMonitor(
            Watched.Switch openVswitch,
            Watched.Guest guest,
            Listener listener,
            Runnable unwell,
            Clock clock,
            RandomGenerator random) {
        this.openVswitch = openVswitch;
        this.guest = guest;
        this.listener = listener;
        this.unwell = unwell;
        this.clock = clock;
        this.probe = new ForwardingProbe(random);
    }

    /** Begins to watch a machine that is about to start. */
    public void watchFromStart(Watched watched) {
        watch(watched, false);
    }

    /** Begins to watch a machine that was found running; one that is watched as it is stays so. */
    public void watch(Watched watched) {
        watch(watched, true);
    }

    private synchronized void watch(Watched watched, boolean found) {
        Monitor before = monitors.get(watched.machine().id());
        if (before != null && before.watched().isAs(watched)) {
            return;
        }
        if (before != null) {
            before.close();
        }
        Monitor monitor = watched.machine().guest().isForeign()
                ? new ForeignMonitor(watched, found, openVswitch, probe, listener, unwell, clock)
                : new MachineMonitor(
                        watched,
                        found,
                        openVswitch,
                        probe,
                        new FunctionCheck(watched, openVswitch, guest, probe, frames),
                        listener,
                        unwell,
                        clock);
        monitors.put(watched.machine().id(), monitor);
        monitor.start();
    }

    /** Takes note that libvirt has started a machine. */
    public void started(MachineId id) {
        monitor(id).ifPresent(Monitor::started);
    }

    /** Begins anew with a machine: what was known of it is of one that is gone. */
    public synchronized void forget(MachineId id) {
        Monitor monitor = monitors.remove(id);
        if (monitor != null) {
            monitor.close();
        }
    }

    /** Ceases to watch all but those that are there and those that are being started. */
    public synchronized void keepOnly(Collection<MachineId> there, Collection<MachineId> starting) {
        Set<MachineId> gone = monitors.keySet().stream()
                .filter(id -> !there.contains(id) && !starting.contains(id))
                .collect(Collectors.toSet());
        gone.forEach(this::forget);
    }

    private synchronized Optional<Monitor> monitor(MachineId id) {
        return Optional.ofNullable(monitors.get(id));
    }

    public boolean isReady(MachineId id) {
        return monitor(id).filter(Monitor::isReady).isPresent();
    }

    /** Whether a machine was ready and may well be again: one level is lost. */
    public boolean wasReady(MachineId id) {
        return monitor(id).filter(Monitor::wasReady).isPresent();
    }

    /** Whether a machine is to be started anew. */
    public boolean isUnwell(MachineId id) {
        return monitor(id).filter(Monitor::isUnwell).isPresent();
    }

    /** Whether a machine does otherwise than its tests say. */
    public boolean hasFailed(MachineId id) {
        return monitor(id).filter(Monitor::hasFailed).isPresent();
    }

    /** The image that a machine's guest says it runs; empty until it has said so. */
    public Optional<ImageDigest> runs(MachineId id) {
        return monitor(id).flatMap(Monitor::runs);
    }

    /** A machine has said by its control port that it runs another image now. */
    public void swapped(MachineId id, ImageDigest image) {
        monitor(id).ifPresent(monitor -> monitor.swapped(image));
    }

    /** Takes note of the machines that the switch hears by itself: those may rest, and the others are asked. */
    public void heard(Set<MachineId> machines) {
        Map<MachineId, Monitor> now;
        synchronized (this) {
            now = Map.copyOf(monitors);
        }
        now.forEach((id, monitor) -> monitor.heard(machines.contains(id)));
    }

    /** What is known of a machine, which does not rest while someone looks. */
    public Optional<HealthReport> look(MachineId id) {
        return monitor(id).map(Monitor::look);
    }

    public Optional<HealthReport> report(MachineId id) {
        return monitor(id).map(Monitor::report);
    }

    public Optional<Birth> birth(MachineId id) {
        return monitor(id).flatMap(Monitor::birth);
    }

    /** Takes a packet-in; false when it is no probe's return, nor sent by a machine that is being tested. */
    public boolean take(PacketIn packet) {
        return probe.take(packet) || frames.take(packet);
    }

    @Override
    public synchronized void close() {
        monitors.values().forEach(Monitor::close);
        monitors.clear();
    }
}
