package org.flowstream.control;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A byte stream to a guest's port, by the Unix socket that QEMU (or a process) listens on. Every wait has a bound: a
 * guest that does not answer costs its caller that long and no longer. Not for two threads at once.
 */
final class GuestStream implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;
    private static final int LONGEST_LINE = 64 * 1024;

    private final Path socket;
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final ByteBuffer input = ByteBuffer.allocate(BUFFER).flip();

    private GuestStream(Path socket, SocketChannel channel, Selector selector, SelectionKey key) {
        this.socket = socket;
        this.channel = channel;
        this.selector = selector;
        this.key = key;
    }

    /** Connects; the guest sees its port opened. */
    static GuestStream open(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        Selector selector = null;
        try {
            channel.configureBlocking(false);
            selector = channel.provider().openSelector();
            return new GuestStream(socket, channel, selector, channel.register(selector, SelectionKey.OP_READ));
        } catch (IOException e) {
            try (channel) {
                if (selector != null) {
                    selector.close();
                }
            }
            throw e;
        }
    }

    /** The next line, without its end (LF or CRLF). */
    String line(Deadline deadline) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            byte next = next(deadline);
            if (next == '\n') {
                String text = line.toString(StandardCharsets.UTF_8);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(next);
            if (line.size() > LONGEST_LINE) {
                throw new IOException(socket + " sent a line of more than " + LONGEST_LINE + " bytes");
            }
        }
    }

    /** As many bytes. */
    byte[] bytes(int count, Deadline deadline) throws IOException {
        byte[] bytes = new byte[count];
        int done = 0;
        while (done < count) {
            if (!input.hasRemaining()) {
                fill(deadline);
            }
            int some = Math.min(input.remaining(), count - done);
            input.get(bytes, done, some);
            done += some;
        }
        return bytes;
    }

    void send(byte[] bytes, Deadline deadline) throws IOException {
        ByteBuffer output = ByteBuffer.wrap(bytes);
        while (true) {
            channel.write(output);
            if (!output.hasRemaining()) {
                return;
            }
            await(SelectionKey.OP_WRITE, deadline);
        }
    }

    private byte next(Deadline deadline) throws IOException {
        if (!input.hasRemaining()) {
            fill(deadline);
        }
        return input.get();
    }

    private void fill(Deadline deadline) throws IOException {
        input.clear();
        try {
            int count = channel.read(input);
            while (count == 0) {
                await(SelectionKey.OP_READ, deadline);
                count = channel.read(input);
            }
            if (count < 0) {
                throw new EOFException(socket + " was closed by the other side");
            }
        } finally {
            input.flip();
        }
    }

    private void await(int operation, Deadline deadline) throws IOException {
        key.interestOps(operation);
        long left = deadline.millisecondsLeft();
        if (left <= 0 || (selector.select(left) == 0 && deadline.millisecondsLeft() <= 0)) {
            throw new GuestTimeoutException(socket + " did not answer within " + deadline.length());
        }
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new java.nio.channels.ClosedByInterruptException();
        }
    }

    @Override
    public void close() throws IOException {
        try (selector;
                channel) {
            key.cancel();
        }
    }

    /** The moment until which a conversation may take. */
    record Deadline(long nanoseconds, Duration length) {
        static Deadline in(Duration length) {
            return new Deadline(System.nanoTime() + length.toNanos(), length);
        }

        long millisecondsLeft() {
            long left = nanoseconds - System.nanoTime();
            return left <= 0 ? 0 : left / 1_000_000 + 1;
        }
    }
}
