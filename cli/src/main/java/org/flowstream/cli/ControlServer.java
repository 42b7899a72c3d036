package org.flowstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import org.flowstream.control.ControlCommand;
import org.flowstream.daemon.ListenAddress;

/**
 * The server's side of Click's ControlSocket protocol 1.3: takes whole commands of each client, and hands them on one by
 * one. What it cannot have answered is said to the client as 540, and the session goes on.
 */
final class ControlServer implements AutoCloseable {
    private static final String GREETING = "Click::ControlSocket/1.3\r\n";
    /** More wait until one of them goes. */
    private static final int MOST_CLIENTS = 64;

    private final ServerSocketChannel listener;
    private final Optional<Path> socket;
    /** From a command to its answer. */
    private final UnaryOperator<byte[]> guest;

    private final Semaphore room = new Semaphore(MOST_CLIENTS);
    private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();
    private final CountDownLatch ended = new CountDownLatch(1);

    private ControlServer(ServerSocketChannel listener, Optional<Path> socket, UnaryOperator<byte[]> guest) {
        this.listener = listener;
        this.socket = socket;
        this.guest = guest;
    }

    /** Begins to answer. */
    static ControlServer start(ControlAddress address, UnaryOperator<byte[]> guest) throws IOException {
        ControlServer server;
        if (address instanceof ControlAddress.Unix unix) {
            server = new ControlServer(listen(unix.path()), Optional.of(unix.path()), guest);
        } else {
            server = new ControlServer(listen(((ControlAddress.Tcp) address).address()), Optional.empty(), guest);
        }
        Thread accepting = new Thread(server::accept, "control");
        accepting.setDaemon(true);
        accepting.start();
        return server;
    }

    private static ServerSocketChannel listen(ListenAddress address) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        return bound(
                listener,
                new InetSocketAddress(InetAddress.getByName(address.host()), address.port()),
                address.toString(),
                "choose another port, or 0 for any that is free");
    }

    /** A file that is there already stays, but for a socket that nobody listens at any more. */
    private static ServerSocketChannel listen(Path path) throws IOException {
        if (Files.exists(path) && isDead(path)) {
            Files.delete(path);
        }
        ServerSocketChannel listener = bound(
                ServerSocketChannel.open(StandardProtocolFamily.UNIX),
                UnixDomainSocketAddress.of(path),
                path.toString(),
                "choose another path, or remove that file");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        return listener;
    }

    private static boolean isDead(Path path) {
        if (Files.isRegularFile(path) || Files.isDirectory(path)) {
            return false;
        }
        try (SocketChannel somebody = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return !somebody.isConnected();
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).contains("refused");
        }
    }

    private static ServerSocketChannel bound(
            ServerSocketChannel listener, SocketAddress address, String text, String cure) throws IOException {
        try {
            return listener.bind(address);
        } catch (BindException e) {
            listener.close();
            throw new CommandFailure("cannot listen at " + text + ": " + e.getMessage(), cure);
        }
    }

    /** Where it listens, with the port that it got. */
    String address() throws IOException {
        if (socket.isPresent()) {
            return "unix:" + socket.get();
        }
        InetSocketAddress local = (InetSocketAddress) listener.getLocalAddress();
        return new ListenAddress(local.getAddress().getHostAddress(), local.getPort()).toString();
    }

    /** Whether this host's own programs alone can reach it. */
    boolean isLocal() throws IOException {
        return socket.isPresent()
                || ((InetSocketAddress) listener.getLocalAddress()).getAddress().isLoopbackAddress();
    }

    /** Waits until it is closed. */
    void await() throws InterruptedException {
        ended.await();
    }

    private void accept() {
        try {
            while (listener.isOpen()) {
                room.acquire();
                SocketChannel client = listener.accept();
                clients.add(client);
                Thread session = new Thread(() -> serve(client), "control client");
                session.setDaemon(true);
                session.start();
            }
        } catch (IOException e) {
            close(); // by its end, as a rule
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            OutputStream out = Channels.newOutputStream(client);
            out.write(GREETING.getBytes(UTF_8));
            ControlCommand.Reader commands =
                    new ControlCommand.Reader(new BufferedInputStream(Channels.newInputStream(client)));
            for (Optional<ControlCommand> next = commands.next(); next.isPresent(); next = commands.next()) {
                out.write(answer(next.get()));
                if (next.get() instanceof ControlCommand.Quit) {
                    return;
                }
            }
        } catch (IOException e) {
            // It is gone; what it did not send whole is no command.
        } finally {
            clients.remove(client);
            room.release();
        }
    }

    private byte[] answer(ControlCommand command) {
        if (command instanceof ControlCommand.Request request) {
            try {
                return guest.apply(request.bytes());
            } catch (CommandFailure e) {
                return line("540 " + String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", "; "));
            }
        }
        return line(command instanceof ControlCommand.Refused refused ? refused.answer() : "200 Goodbye!");
    }

    private static byte[] line(String text) {
        return (text + "\r\n").getBytes(UTF_8);
    }

    @Override
    public void close() {
        try (listener) {
            if (socket.isPresent() && listener.isOpen()) {
                Files.deleteIfExists(socket.get());
            }
            for (SocketChannel client : clients) {
                client.close();
            }
        } catch (IOException e) {
            // What is left of it ends with this process.
        } finally {
            ended.countDown();
        }
    }
}
