package org.flowstream.libvirt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;
import org.libvirt.jna.SizeT;
import org.libvirt.jna.StreamPointer;

/**
 * A domain's console, read and written by a stream of libvirt's. What comes is handed on by the thread of the
 * {@link EventLoop}; what is written waits here for libvirt to take it, a little at a time. Safe for all threads.
 */
public final class DomainConsole implements AutoCloseable {
    private static final int NON_BLOCKING = 1;
    private static final int TAKE_OVER = 1;
    private static final int READABLE = 1;
    private static final int WRITABLE = 2;
    private static final int FAILED = 4 | 8;
    private static final int WOULD_WAIT = -2;
    private static final int PIECE = 32 * 1024;
    /** More than a machine's ring and Xen's console daemon hold between them is only held here instead. */
    private static final int MOST_WAITING = 64 * 1024;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final StreamPointer stream;
    private final Consumer<ByteBuffer> taker;
    private final Runnable whenEnded;
    // Kept here: native code calls it, so it must not be collected while the stream lives.
    private final Libvirt.VirStreamEventCallback onEvent = (of, events, data) -> moved(events);
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
    private final Deque<ByteBuffer> waiting = new ArrayDeque<>();
    private int bytesWaiting;
    private boolean ended;

    private DomainConsole(StreamPointer stream, Consumer<ByteBuffer> taker, Runnable whenEnded) {
        this.stream = stream;
        this.taker = taker;
        this.whenEnded = whenEnded;
    }

    /**
     * Opens the console; whoever had it loses it.
     *
     * @param taker is given what comes, on a thread of libvirt's: it must hand on and return
     * @param whenEnded told once, when nothing will come any more
     */
    static DomainConsole open(DomainPointer domain, Consumer<ByteBuffer> taker, Runnable whenEnded) {
        ConnectionPointer connection = Calls.object(Calls.MORE.virDomainGetConnect(domain));
        StreamPointer stream = Calls.object(Libvirt.INSTANCE.virStreamNew(connection, NON_BLOCKING));
        DomainConsole console = new DomainConsole(stream, taker, whenEnded);
        try {
            Calls.number(Calls.MORE.virDomainOpenConsole(domain, null, stream, TAKE_OVER));
            Calls.number(Libvirt.INSTANCE.virStreamEventAddCallback(stream, READABLE, console.onEvent, null, null));
        } catch (LibvirtFault e) {
            Libvirt.INSTANCE.virStreamFree(stream);
            throw e;
        }
        return console;
    }

    private void moved(int events) {
        boolean over = false;
        if ((events & READABLE) != 0) {
            over = !read();
        }
        if ((events & WRITABLE) != 0 && !over) {
            over = !flush();
        }
        if (over || (events & FAILED) != 0) {
            // Giving a stream up is a question to libvirt: the loop that hears the answer must not wait for it.
            Thread closer = new Thread(this::close, "console-end");
            closer.setDaemon(true);
            closer.start();
        }
    }

    /** Hands on what there is; false at the end. */
    private boolean read() {
        while (true) {
            int count;
            synchronized (this) {
                if (ended) {
                    return true;
                }
                piece.clear();
                count = Libvirt.INSTANCE.virStreamRecv(stream, piece, new SizeT(PIECE));
            }
            if (count <= 0) {
                return count == WOULD_WAIT;
            }
            taker.accept(piece.limit(count));
        }
    }

    /**
     * Writes all of it, waiting for room if need be.
     *
     * @throws IOException when the machine reads nothing for some seconds, or the console is closed
     */
    public synchronized void write(byte[] bytes) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!ended && bytesWaiting > 0 && bytesWaiting + bytes.length > MOST_WAITING) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new IOException("the machine has not read its console for " + PATIENCE.toSeconds() + " s");
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while the console had no room", e);
            }
        }
        if (ended) {
            throw new IOException("the console is closed");
        }
        ByteBuffer copy = ByteBuffer.allocateDirect(bytes.length);
        copy.put(bytes).flip();
        waiting.add(copy);
        bytesWaiting += bytes.length;
        if (Libvirt.INSTANCE.virStreamEventUpdateCallback(stream, READABLE | WRITABLE) < 0) {
            throw new IOException(String.valueOf(Calls.fault().getMessage()));
        }
    }

    /** Gives libvirt what it takes; false at a failure. */
    private synchronized boolean flush() {
        while (!ended && !waiting.isEmpty()) {
            ByteBuffer next = waiting.element();
            int count = Libvirt.INSTANCE.virStreamSend(stream, next.slice(), new SizeT(next.remaining()));
            if (count == WOULD_WAIT) {
                return true;
            }
            if (count < 0) {
                return false;
            }
            next.position(next.position() + count);
            bytesWaiting -= count;
            if (!next.hasRemaining()) {
                waiting.remove();
            }
        }
        notifyAll();
        return ended || Libvirt.INSTANCE.virStreamEventUpdateCallback(stream, READABLE) >= 0;
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    /** Gives the console up; waits for libvirt's answer. */
    @Override
    public void close() {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            notifyAll();
        }
        Libvirt.INSTANCE.virStreamEventRemoveCallback(stream);
        whenEnded.run();
        Libvirt.INSTANCE.virStreamAbort(stream);
        Libvirt.INSTANCE.virStreamFree(stream);
    }
}
