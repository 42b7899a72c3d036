package org.flowstream.openflow;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a switch said unasked, on its way to the listener: bounded, so that a flood of packets costs memory of ours no
 * more than a slow listener does; what does not fit is dropped and counted.
 */
final class EventQueue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventQueue.class);
    private static final int BOUND = 4096;

    private final SwitchEvents listener;
    private final ThreadPoolExecutor thread;
    private final AtomicLong dropped = new AtomicLong();

    EventQueue(String name, SwitchEvents listener) {
        this.listener = listener;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(BOUND),
                task -> {
                    Thread worker = new Thread(task, "openflow events " + name);
                    worker.setDaemon(true);
                    return worker;
                },
                (task, pool) -> dropped.incrementAndGet());
    }

    void add(PacketIn packet) {
        thread.execute(() -> guarded(() -> listener.packetIn(packet)));
    }

    void add(PortChange change) {
        thread.execute(() -> guarded(() -> listener.portChanged(change)));
    }

    long dropped() {
        return dropped.get();
    }

    /** A listener's fault is told and must not end the thread that serves it. */
    private static void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.error("listener failed", e);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
