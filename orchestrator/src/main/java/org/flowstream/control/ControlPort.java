package org.flowstream.control;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The control port of one middlebox, shared by many callers: each gets a session of its own, one after the other, since
 * the port carries one at a time. Safe for all threads.
 */
public final class ControlPort {
    private final Path socket;
    private final Duration bound;
    private final ReentrantLock turn = new ReentrantLock(true);

    /**
     * @param socket what QEMU listens on
     * @param bound how long a caller may wait for its turn, and any one answer may take
     */
    public ControlPort(Path socket, Duration bound) {
        this.socket = socket;
        this.bound = bound;
    }

    /** What is done in a session. */
    @FunctionalInterface
    public interface Conversation<T> {
        T with(ControlClient session) throws IOException;
    }

    /** Holds a conversation in a session of its own. */
    public <T> T talk(Conversation<T> conversation) throws IOException {
        try {
            if (!turn.tryLock(bound.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new GuestTimeoutException("the control port was in use by others for " + bound);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GuestTimeoutException("interrupted while waiting for the control port");
        }
        try (ControlClient session = ControlClient.open(socket, bound)) {
            return conversation.with(session);
        } finally {
            turn.unlock();
        }
    }
}
