package org.flowstream.qemutests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A way to a Unix socket that can be cut, so that a daemon seems to restart while it goes on for all others. */
final class SocketProxy implements AutoCloseable {
    private final Path path;
    private final Path to;
    private final long most;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private volatile ServerSocketChannel server;
    private volatile boolean holding;

    SocketProxy(Path path, Path to) throws IOException {
        this(path, to, Long.MAX_VALUE);
    }

    private SocketProxy(Path path, Path to, long most) throws IOException {
        this.path = path;
        this.to = to;
        this.most = most;
        this.server = listen();
    }

    /** Of what each client sends, so many bytes get through and the rest is held back for good. */
    static SocketProxy passing(Path path, Path to, long bytes) throws IOException {
        return new SocketProxy(path, to, bytes);
    }

    /** Whether so much was sent that some of it is held back. */
    boolean isHolding() {
        return holding;
    }

    private ServerSocketChannel listen() throws IOException {
        ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(path));
        thread(() -> accept(listening));
        return listening;
    }

    /** Ends all connections, and refuses new ones. */
    void cut() throws IOException {
        server.close();
        Files.deleteIfExists(path);
        for (SocketChannel channel : open) {
            channel.close();
        }
    }

    /** Takes connections again. */
    void mend() throws IOException {
        server = listen();
    }

    private void accept(ServerSocketChannel listening) {
        try {
            while (listening.isOpen()) {
                join(listening.accept());
            }
        } catch (ClosedChannelException e) {
            // Cut.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void join(SocketChannel client) throws IOException {
        SocketChannel peer;
        try {
            peer = SocketChannel.open(UnixDomainSocketAddress.of(to));
        } catch (IOException e) {
            client.close(); // nobody is there: who asks hears so, and may ask again
            return;
        }
        open.add(client);
        open.add(peer);
        thread(() -> copy(client, peer, most));
        thread(() -> copy(peer, client, Long.MAX_VALUE));
    }

    private void copy(SocketChannel from, SocketChannel to, long bound) {
        ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);
        long left = bound;
        try (from;
                to) {
            while (from.read(bytes) >= 0) {
                bytes.flip();
                boolean held = bytes.remaining() > left;
                bytes.limit((int) Math.min(bytes.remaining(), left));
                left -= bytes.remaining();
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
                bytes.clear();
                holding |= held;
            }
        } catch (IOException e) {
            // Cut, or an end that the other direction sees too.
        }
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        cut();
    }
}
