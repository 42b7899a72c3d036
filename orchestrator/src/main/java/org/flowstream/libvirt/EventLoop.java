package org.flowstream.libvirt;

import com.sun.jna.Pointer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.jna.Libvirt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libvirt's event loop: one for the process, registered before the first connection and run by one thread for good.
 * Without it, events do not come and connections die of unanswered keep-alives.
 *
 * <p>A timer in the loop shows that it runs; {@link #stalled} is the watchdog's question.
 */
final class EventLoop {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static final int BEAT_MILLIS = 500;

    private final AtomicLong lastBeat = new AtomicLong(System.nanoTime());
    // Kept here: native code calls them, so they must not be collected.
    private final Libvirt.VirEventTimeoutCallback beat = this::beat;
    private final Libvirt.VirErrorCallback silence = (data, error) -> {};

    private EventLoop() {}

    private static final class Holder {
        private static final EventLoop INSTANCE = start();
    }

    /** The process's loop; runs from the first call on. */
    static EventLoop instance() {
        return Holder.INSTANCE;
    }

    private static EventLoop start() {
        EventLoop loop = new EventLoop();
        // Without a callback of ours libvirt prints each error to standard error; faults carry them.
        Libvirt.INSTANCE.virSetErrorFunc(Pointer.NULL, loop.silence);
        try {
            Library.initEventLoop();
        } catch (LibvirtException e) {
            throw new IllegalStateException("libvirt's event loop cannot be registered: " + e.getMessage(), e);
        }
        if (Libvirt.INSTANCE.virEventAddTimeout(BEAT_MILLIS, loop.beat, Pointer.NULL, Pointer.NULL) < 0) {
            throw new IllegalStateException("libvirt's event loop takes no timer");
        }
        Thread thread = new Thread(loop::run, "libvirt-events");
        thread.setDaemon(true);
        thread.start();
        return loop;
    }

    /** For how long the loop has not come round, beyond its beat; zero while it runs. */
    Duration stalled() {
        long silent = System.nanoTime()
                - lastBeat.get()
                - Duration.ofMillis(2L * BEAT_MILLIS).toNanos();
        return silent > 0 ? Duration.ofNanos(silent) : Duration.ZERO;
    }

    private void beat(int timer, Pointer data) {
        lastBeat.set(System.nanoTime());
    }

    private void run() {
        while (true) {
            if (Libvirt.INSTANCE.virEventRunDefaultImpl() < 0) {
                LOG.warn("libvirt's event loop failed once: {}", Calls.fault().getMessage());
            }
        }
    }
}
