package org.flowstream.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.flowstream.control.FramedRecord.Channel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This host's end of a machine's framed console (docs/contracts.md, section 6). It makes of the one stream what QEMU gives
 * for a machine of its own: a Unix socket for control, one for health, and a file of what was printed. So whoever talks to
 * machines need not know which kind it is. A thread of its own does all the work.
 */
public final class FramedConsole implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FramedConsole.class);
    /** More that waits is thrown away, which the readers of records see as a gap. */
    private static final long MOST_WAITING = 8L << 20;

    private final ConsoleFile file;
    private final Selector selector;
    private final FramedPort control;
    private final FramedPort health;
    private final FramedReader reader = new FramedReader(this::take);
    private final Queue<ByteBuffer> came = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytesWaiting = new AtomicLong();
    private final Thread thread;
    private volatile boolean ended;

    /**
     * Begins to listen.
     *
     * @param wire to the machine
     * @param log the file, which is appended to
     * @param controlSocket made here, as is the next; what lies there is replaced
     */
    public FramedConsole(ConsoleWire wire, Path log, Path controlSocket, Path healthSocket) throws IOException {
        SecureRandom random = new SecureRandom();
        this.selector = Selector.open();
        this.file = new ConsoleFile(log);
        this.control = new FramedPort(Channel.CONTROL, controlSocket, wire, random, selector);
        this.health = new FramedPort(Channel.HEALTH, healthSocket, wire, random, selector);
        this.thread = new Thread(this::run, "console " + log.getFileName());
        thread.setDaemon(true);
        thread.start();
    }

    /** Takes what the machine wrote; never waits. */
    public void take(ByteBuffer bytes) {
        if (bytesWaiting.addAndGet(bytes.remaining()) > MOST_WAITING) {
            bytesWaiting.addAndGet(-bytes.remaining());
            return;
        }
        ByteBuffer copy = ByteBuffer.allocate(bytes.remaining());
        copy.put(bytes).flip();
        came.add(copy);
        selector.wakeup();
    }

    /** Whether the stream to the machine is over. */
    public boolean hasEnded() {
        return ended;
    }

    /** Takes note that nothing will come any more: what came is still written to the file, and the sockets go. */
    public void end() {
        ended = true;
        selector.wakeup();
    }

    private void run() {
        try (file;
                control;
                health;
                selector) {
            while (!ended) {
                Duration patience =
                        control.isUnanswered() || health.isUnanswered() ? FramedPort.PATIENCE : Duration.ZERO;
                selector.select(patience.toMillis());
                drain();
                for (SelectionKey key : selector.selectedKeys()) {
                    (control.owns(key.channel()) ? control : health).handle(key);
                }
                selector.selectedKeys().clear();
                control.look();
                health.look();
            }
            drain();
        } catch (IOException e) {
            LOG.warn("console {}: {}", thread.getName(), e.getMessage());
        } finally {
            ended = true;
        }
    }

    private void drain() {
        for (ByteBuffer next = came.poll(); next != null; next = came.poll()) {
            bytesWaiting.addAndGet(-next.remaining());
            reader.take(next);
        }
    }

    private void take(FramedRecord record) {
        switch (record.channel()) {
            case CONTROL -> control.take(record);
            case HEALTH -> health.take(record);
            case LOG -> {
                try {
                    file.add(record);
                } catch (IOException e) {
                    LOG.warn("a line of {} is lost: {}", thread.getName(), e.getMessage());
                }
            }
        }
    }

    /** Ends, and waits until what came is in the file. */
    @Override
    public void close() {
        end();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
