package org.flowstream.openflow;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to a bridge that is made again whenever it ends: the switch was restarted, or the bridge is not there
 * yet. Each new connection is told of, since a restarted switch has lost its rules.
 */
public final class SwitchLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SwitchLink.class);
    private static final long FIRST_PAUSE_MS = 20;
    private static final long LONGEST_PAUSE_MS = 200;

    private final Path socket;
    private final SwitchEvents events;
    private final Duration bound;
    private final Consumer<OpenFlowConnection> connected;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicReference<@Nullable OpenFlowConnection> current = new AtomicReference<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition connects = lock.newCondition();
    private final AtomicReference<String> lastReason = new AtomicReference<>("not connected yet");
    private final Thread thread;

    /**
     * Starts to connect, and goes on until it is closed.
     *
     * @param socket such as {@code /var/run/openvswitch/BRIDGE.mgmt}
     * @param connected called with each new connection, on the link's own thread, before others get it
     */
    public SwitchLink(Path socket, SwitchEvents events, Duration bound, Consumer<OpenFlowConnection> connected) {
        this.socket = socket;
        this.events = events;
        this.bound = bound;
        this.connected = connected;
        this.thread = new Thread(this::run, "openflow link " + socket.getFileName());
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * The live connection.
     *
     * @throws SwitchUnreachableException with the reason, if there is none now
     */
    public OpenFlowConnection connection() {
        OpenFlowConnection live = current.get();
        if (live == null) {
            throw new SwitchUnreachableException(socket + ": " + lastReason.get());
        }
        return live;
    }

    /**
     * The live connection, waiting for one.
     *
     * @throws SwitchUnreachableException with the reason, if there is none within the time
     */
    public OpenFlowConnection connection(Duration patience) {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (current.get() == null && left > 0) {
                left = connects.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return connection();
    }

    public boolean isConnected() {
        return current.get() != null;
    }

    private void run() {
        long pause = FIRST_PAUSE_MS;
        while (closed.getCount() > 0) {
            try (OpenFlowConnection connection = OpenFlowConnection.open(socket, events, bound)) {
                connected.accept(connection);
                tell(connection);
                pause = FIRST_PAUSE_MS;
                String reason = connection.ended().join();
                lastReason.set(reason);
                if (closed.getCount() > 0) {
                    LOG.warn("{}", reason);
                }
            } catch (OpenFlowException e) {
                String before = lastReason.getAndSet(String.valueOf(e.getMessage()));
                if (!before.equals(e.getMessage())) {
                    LOG.warn("{}", e.getMessage());
                }
            } catch (RuntimeException e) {
                lastReason.set(e.toString());
                LOG.error("{}: taking up the connection failed", socket, e);
            } finally {
                current.set(null);
            }
            if (!sleep(pause)) {
                return;
            }
            pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
        }
    }

    private void tell(OpenFlowConnection connection) {
        lock.lock();
        try {
            current.set(connection);
            connects.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits; false when the link is closed meanwhile. */
    private boolean sleep(long milliseconds) {
        try {
            return !closed.await(milliseconds, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        closed.countDown();
        OpenFlowConnection live = current.get();
        if (live != null) {
            live.close();
        }
        thread.interrupt();
        try {
            thread.join(bound.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
