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
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private volatile ServerSocketChannel server;

    SocketProxy(Path path, Path to) throws IOException {
        this.path = path;
        this.to = to;
        this.server = listen();
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
                SocketChannel client = listening.accept();
                SocketChannel peer = SocketChannel.open(UnixDomainSocketAddress.of(to));
                open.add(client);
                open.add(peer);
                thread(() -> copy(client, peer));
                thread(() -> copy(peer, client));
            }
        } catch (ClosedChannelException e) {
            // Cut.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(SocketChannel from, SocketChannel to) {
        ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);
        try (from;
                to) {
            while (from.read(bytes) >= 0) {
                bytes.flip();
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
                bytes.clear();
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
