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
import org.flowstream.model.HealthLevel;

/**
 * A watch on a thread of its own, which keeps the levels of health that the machine's template asks for, tells when one
 * turns, and tells once when the machine is to be started anew.
 */
abstract class LevelMonitor implements Monitor {
    private final Watched watched;
    private final HealthMonitor.Listener listener;
    private final Runnable unwell;
    private final Thread thread;
    private final Instant began;
    private final Map<HealthLevel, HealthReport.Level> levels = new EnumMap<>(HealthLevel.class);
    private long wellNanos;
    private boolean toldUnwell;
    private boolean closed;

    /** @param unwell is told once when it is to be started anew */
    LevelMonitor(Watched watched, HealthMonitor.Listener listener, Runnable unwell, Clock clock) {
        this.watched = watched;
        this.listener = listener;
        this.unwell = unwell;
        this.began = clock.instant();
        for (HealthLevel level : watched.machine().health().ready()) {
            levels.put(level, new HealthReport.Level(level, HealthReport.State.UNKNOWN, ""));
        }
        this.thread = new Thread(this::run, "health-" + watched.machine().name());
        thread.setDaemon(true);
    }

    /** Watches until it is closed; the thread's own. */
    abstract void run();

    /** Whether all that is asked for holds; called with this locked. */
    boolean isWell() {
        return levels.values().stream().allMatch(level -> level.state() == HealthReport.State.GOOD);
    }

    @Override
    public final Watched watched() {
        return watched;
    }

    @Override
    public final void start() {
        thread.start();
    }

    @Override
    public final void close() {
        synchronized (this) {
            closed = true;
        }
        thread.interrupt();
    }

    final synchronized boolean isClosed() {
        return closed;
    }

    /** The thread that {@link #run} is on. */
    final Thread thread() {
        return thread;
    }

    final boolean asks(HealthLevel level) {
        return watched.machine().health().asks(level);
    }

    /** What is known of a level; empty where it is not asked for. */
    final synchronized Optional<HealthReport.Level> level(HealthLevel level) {
        return Optional.ofNullable(levels.get(level));
    }

    final synchronized List<HealthReport.Level> levels() {
        return new ArrayList<>(levels.values());
    }

    final Instant began() {
        return began;
    }

    /** When all levels held for the first time, by {@link System#nanoTime}; 0 before. */
    final synchronized long wellNanos() {
        return wellNanos;
    }

    @Override
    public final synchronized boolean wasReady() {
        return wellNanos != 0;
    }

    final void set(HealthLevel level, HealthReport.State state, String detail) {
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

    static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%.1f ms", duration.toNanos() / 1e6);
    }

    /** No level turns when a guest's time is over, and nobody else would look at it soon. */
    final void tellIfUnwell() {
        synchronized (this) {
            if (toldUnwell || closed || !isUnwell()) {
                return;
            }
            toldUnwell = true;
        }
        unwell.run();
    }

    /** It is well again: should it cease to be, that is told anew. */
    final synchronized void forgetUnwell() {
        toldUnwell = false;
    }
}
