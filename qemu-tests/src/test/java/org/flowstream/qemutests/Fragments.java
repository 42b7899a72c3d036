package org.flowstream.qemutests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** UDP datagrams sent in fragments, made by scapy, and a listener that counts the bytes that arrive whole. */
final class Fragments implements AutoCloseable {
    /** Payload bytes of one datagram: three fragments of at most 1,000. */
    static final int LENGTH = 2400;

    private final Path received;
    private final Process listener;

    private Fragments(Path received, Process listener) {
        this.received = received;
        this.listener = listener;
    }

    static Fragments listen(Endpoint at, int port) {
        try {
            Path received = Files.createTempFile("flowstream-fragments", ".received");
            Process listener = at.command(
                            "python3",
                            Resources.path("fragments.py").toString(),
                            "receive",
                            Integer.toString(port),
                            received.toString())
                    .start(Path.of("/dev/null"));
            Wait.until(
                    "a listener on UDP port " + port,
                    Duration.ofSeconds(20),
                    () -> at.command("ss", "-Hlun", "sport", "=", ":" + port)
                            .run()
                            .out()
                            .contains(":" + port));
            return new Fragments(received, listener);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void send(Endpoint from, Endpoint to, int port) {
        from.command(
                        "/usr/bin/python3",
                        Resources.path("fragments.py").toString(),
                        "send",
                        to.ip4(),
                        to.mac(),
                        Integer.toString(port),
                        Integer.toString(LENGTH))
                .output();
    }

    /** An IPv4 datagram to an address that routers lead to. */
    static void route(Endpoint from, String address, int port, int sourcePort) {
        from.command(
                        "/usr/bin/python3",
                        Resources.path("fragments.py").toString(),
                        "route",
                        address,
                        Integer.toString(port),
                        Integer.toString(LENGTH),
                        Integer.toString(sourcePort))
                .output();
    }

    /** An IPv6 datagram to a neighbour. */
    static void send6(Endpoint from, Endpoint to, int port) {
        from.command(
                        "/usr/bin/python3",
                        Resources.path("fragments.py").toString(),
                        "send",
                        to.ip6(),
                        to.mac(),
                        Integer.toString(port),
                        Integer.toString(LENGTH),
                        from.ip6())
                .output();
    }

    long bytes() {
        try {
            return Files.readString(received).lines().mapToLong(Long::parseLong).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long awaitBytes(Duration bound) {
        Wait.until("a datagram", bound, () -> bytes() > 0);
        return bytes();
    }

    @Override
    public void close() {
        listener.descendants().forEach(ProcessHandle::destroyForcibly);
        listener.destroyForcibly();
        try {
            Files.deleteIfExists(received);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
