package org.flowstream.process;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.flowstream.model.MachineId;

/**
 * Hears of the ends of processes, also of those that an earlier daemon started: each holds a socket open, and the stream
 * ends with it. Nothing is asked meanwhile, so an idle host costs nothing.
 */
final class LifeWatch implements AutoCloseable {
    /** From the end of the stream, which the kernel closes early, to that of the process. */
    private static final Duration DYING = Duration.ofSeconds(2);

    private static final long GLANCE_NANOS = 500_000;

    private final Consumer<MachineId> ended;
    private final Selector selector;
    private final Queue<Watched> fresh = new ConcurrentLinkedQueue<>();
    private final Map<MachineId, ProcessId> watched = new ConcurrentHashMap<>();
    private final Thread thread;

    private record Watched(MachineId id, ProcessId process, SocketChannel channel) {}

    /**
     * Begins.
     *
     * @param ended is told of each end, once the process is gone; it must hand on and return
     */
    LifeWatch(Consumer<MachineId> ended) {
        this.ended = ended;
        try {
            this.selector = Selector.open();
        } catch (IOException e) {
            throw new ProcessFault("cannot watch processes: " + e.getMessage(), e);
        }
        this.thread = new Thread(this::run, "process-ends");
        thread.setDaemon(true);
        thread.start();
    }

    /** Watches a process, unless it is watched already. One that ended meanwhile is told of like any other. */
    void watch(MachineId id, ProcessId process, Path life) {
        if (process.equals(watched.put(id, process))) {
            return;
        }
        SocketChannel channel = null;
        try {
            channel = SocketChannel.open(UnixDomainSocketAddress.of(life));
            channel.configureBlocking(false);
            fresh.add(new Watched(id, process, channel));
            selector.wakeup();
        } catch (IOException e) {
            // Nobody listens: it is dying, or has not begun. The next look asks again.
            close(channel);
            watched.remove(id, process);
        }
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select();
                for (Watched each = fresh.poll(); each != null; each = fresh.poll()) {
                    each.channel.register(selector, SelectionKey.OP_READ, each);
                }
                Set<SelectionKey> ready = new HashSet<>(selector.selectedKeys());
                selector.selectedKeys().clear();
                ready.forEach(this::look);
            }
        } catch (IOException | java.nio.channels.ClosedSelectorException e) {
            // Closed: the daemon ends.
        }
    }

    private void look(SelectionKey key) {
        Watched each = (Watched) key.attachment();
        try {
            if (each.channel.read(ByteBuffer.allocate(1)) >= 0) {
                return;
            }
        } catch (IOException e) {
            // A reset is an end, too.
        }
        key.cancel();
        close(each.channel);
        long deadline = System.nanoTime() + DYING.toNanos();
        while (each.process.isAlive() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(GLANCE_NANOS);
        }
        watched.remove(each.id, each.process);
        ended.accept(each.id);
    }

    private static void close(@org.jspecify.annotations.Nullable SocketChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // There is nothing left to be lost.
            }
        }
    }

    @Override
    public void close() {
        try {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
            thread.join(Duration.ofSeconds(1).toMillis());
        } catch (IOException e) {
            throw new ProcessFault("cannot end watching processes: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
