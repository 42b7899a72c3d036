package org.flowstream.control;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;
import org.flowstream.control.FramedRecord.Channel;
import org.flowstream.control.FramedRecord.Kind;
import org.jspecify.annotations.Nullable;

/**
 * One of the machine's ports on its framed console, as a Unix socket on this host: a client is a session, one after the
 * other, as with a port that QEMU listens for. For the console's thread.
 */
final class FramedPort implements AutoCloseable {
    /** A session that is not answered is opened again: its record may have been lost, or the machine may boot. */
    static final Duration PATIENCE = Duration.ofMillis(500);
    /** What waits for a client that does not read; more ends its session. */
    private static final int MOST_WAITING = 4 << 20;

    private final Channel channel;
    private final Path socket;
    private final ConsoleWire wire;
    private final RandomGenerator random;
    private final Selector selector;
    private final ServerSocketChannel server;
    private final ByteBuffer input = ByteBuffer.allocate(16 * FramedRecord.LONGEST_PAYLOAD);
    private @Nullable Session session;

    /** What there is while a client is connected. */
    private static final class Session {
        private final SocketChannel client;
        private final SelectionKey key;
        private final Deque<ByteBuffer> waiting = new ArrayDeque<>();
        private int number;
        private int sent;
        private int expected;
        private boolean answered;
        private boolean spoke;
        private long openedNanos;
        private long bytesWaiting;

        private Session(SocketChannel client, SelectionKey key) {
            this.client = client;
            this.key = key;
        }
    }

    FramedPort(Channel channel, Path socket, ConsoleWire wire, RandomGenerator random, Selector selector)
            throws IOException {
        this.channel = channel;
        this.socket = socket;
        this.wire = wire;
        this.random = random;
        this.selector = selector;
        Files.deleteIfExists(socket);
        this.server = ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket));
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    boolean owns(SelectableChannel ready) {
        Session now = session;
        return ready == server || (now != null && ready == now.client);
    }

    /** Whether the session waits for its first answer. */
    boolean isUnanswered() {
        Session now = session;
        return now != null && !now.answered;
    }

    /** Does what the selector found possible. */
    void handle(SelectionKey key) throws IOException {
        Session now = session;
        if (key.channel() == server) {
            if (now == null) {
                accept();
            }
        } else if (now != null) {
            try {
                if (key.isValid() && key.isWritable()) {
                    flush(now);
                }
                if (key.isValid() && key.isReadable()) {
                    read(now);
                }
            } catch (IOException e) {
                end(now, true);
            }
        }
    }

    private void accept() throws IOException {
        SocketChannel client = server.accept();
        if (client == null) {
            return;
        }
        client.configureBlocking(false);
        Session begun = new Session(client, client.register(selector, SelectionKey.OP_READ));
        session = begun;
        // Others wait in line meanwhile.
        server.keyFor(selector).interestOps(0);
        open(begun);
    }

    private void open(Session now) {
        int number = random.nextInt();
        now.number = number == 0 ? 1 : number;
        now.sent = 0;
        now.expected = 0;
        now.openedNanos = System.nanoTime();
        send(now, Kind.OPEN, ByteBuffer.allocate(0));
    }

    /** Opens again what was not answered in time. */
    void look() {
        Session now = session;
        if (now != null && !now.answered && System.nanoTime() - now.openedNanos >= PATIENCE.toNanos()) {
            if (now.spoke) {
                end(now, true); // what it said would be said twice, or never
            } else {
                open(now);
            }
        }
    }

    private void read(Session now) throws IOException {
        input.clear();
        int count = now.client.read(input);
        if (count < 0) {
            end(now, true);
            return;
        }
        input.flip();
        while (input.hasRemaining() && session == now) {
            int size = Math.min(input.remaining(), FramedRecord.LONGEST_PAYLOAD);
            ByteBuffer piece = input.slice(input.position(), size);
            input.position(input.position() + size);
            now.spoke = true;
            send(now, Kind.DATA, piece);
        }
    }

    private void send(Session now, Kind kind, ByteBuffer payload) {
        try {
            wire.write(new FramedRecord(channel, kind, now.sent, now.number, payload).encoded());
            now.sent = kind == Kind.DATA ? (now.sent + 1) % FramedRecord.SEQUENCES : now.sent;
        } catch (IOException e) {
            end(now, false);
        }
    }

    /** Takes what the machine sent on this channel. */
    void take(FramedRecord record) {
        Session now = session;
        if (now == null || record.session() != now.number) {
            return; // an earlier client's
        }
        if (record.kind() != Kind.DATA) {
            end(now, false);
            return;
        }
        if (record.sequence() != now.expected) {
            end(now, true); // something was lost
            return;
        }
        now.expected = (now.expected + 1) % FramedRecord.SEQUENCES;
        now.answered = true;
        ByteBuffer bytes = record.payload();
        now.bytesWaiting += bytes.remaining();
        now.waiting.add(bytes);
        try {
            flush(now);
        } catch (IOException e) {
            end(now, true);
        }
        if (now.bytesWaiting > MOST_WAITING) {
            end(now, true);
        }
    }

    private void flush(Session now) throws IOException {
        while (!now.waiting.isEmpty()) {
            ByteBuffer next = now.waiting.peek();
            now.bytesWaiting -= now.client.write(next);
            if (next.hasRemaining()) {
                now.key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                return;
            }
            now.waiting.remove();
        }
        now.key.interestOps(SelectionKey.OP_READ);
    }

    /** Ends the session; the client sees its connection closed. */
    private void end(Session now, boolean tell) {
        if (session != now) {
            return;
        }
        session = null;
        if (tell) {
            send(now, Kind.CLOSE, ByteBuffer.allocate(0));
        }
        try {
            now.client.close();
        } catch (IOException e) {
            // It is gone in any case.
        }
        if (server.isOpen()) {
            server.keyFor(selector).interestOps(SelectionKey.OP_ACCEPT);
        }
    }

    @Override
    public void close() throws IOException {
        Session now = session;
        server.close();
        if (now != null) {
            end(now, false);
        }
        Files.deleteIfExists(socket);
    }
}
