package org.flowstream.openflow;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
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
        thread.prestartCoreThread();
    }

    void add(PacketIn packet) {
        thread.execute(() -> guarded(() -> listener.packetIn(packet)));
    }

    void add(PortChange change) {
        thread.execute(() -> guarded(() -> listener.portChanged(change)));
    }

    /** Waits until what is queued now has been told, or nothing is told any more. */
    void await(Duration bound) {
        long deadline = System.nanoTime() + bound.toNanos();
        CountDownLatch told = new CountDownLatch(1);
        try {
            // By the queue and not by execute(): a full one is waited for.
            boolean heard = thread.isShutdown()
                    || (thread.getQueue().offer(told::countDown, bound.toNanos(), TimeUnit.NANOSECONDS)
                            && told.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS));
            if (!heard) {
                LOG.warn(
                        "the listener has much to hear: {} wait",
                        thread.getQueue().size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
