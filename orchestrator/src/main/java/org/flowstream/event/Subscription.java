package org.flowstream.event;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One reader's place in the {@link EventLog}. A reader that is so slow that its queue fills up loses the events that do
 * not fit and sees the gap in their numbers; it never holds up the daemon.
 */
public final class Subscription implements AutoCloseable {
    private final EventLog log;
    private final BlockingQueue<EventLog.Entry> queue;
    private final AtomicBoolean lost = new AtomicBoolean();

    Subscription(EventLog log, List<EventLog.Entry> snapshot, int capacity) {
        this.log = log;
        this.queue = new ArrayBlockingQueue<>(capacity + snapshot.size());
        queue.addAll(snapshot);
    }

    void offer(EventLog.Entry entry) {
        if (!queue.offer(entry)) {
            lost.set(true);
        }
    }

    /** The next event, waiting for it at most so long; empty when none came. */
    public Optional<EventLog.Entry> next(Duration patience) throws InterruptedException {
        return Optional.ofNullable(queue.poll(patience.toNanos(), TimeUnit.NANOSECONDS));
    }

    /** Whether events were lost since this was last asked. */
    public boolean lostSome() {
        return lost.getAndSet(false);
    }

    @Override
    public void close() {
        log.remove(this);
    }
}
