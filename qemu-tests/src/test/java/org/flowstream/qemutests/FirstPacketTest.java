package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Machines that come with a connection's first packet, from a pool and without one, and go when it is idle. */
class FirstPacketTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final int POOL = 3;
    /** Says so when a datagram to port 7777 was answered by an error. */
    private static final String REFUSED = """
            import socket, sys
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.settimeout(10)
            s.connect((sys.argv[1], 7777))
            s.send(b"x")
            try:
                s.recv(1)
            except ConnectionRefusedError:
                print("refused")
            """;

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    private static void apply(String objects) {
        try {
            Path file = LAB.platform().home().resolve("first.json");
            Files.writeString(file, objects);
            LAB.flowstream("apply", "-f", file.toString(), "--set", "first", "--prune")
                    .ok();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String chain(String name, String flow, String rules) {
        return """
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "%s", "spec": {
                   "between": ["%s", "%s"], "flow": "%s", "instances": "per-connection", "start": "first-packet",
                   "idle": "2s", "middleboxes": [{"template": "firewall", "parameters": {"rules": [%s]}}]}}
                """.formatted(name, LAB.client().port(), LAB.server().port(), flow, rules);
    }

    private static List<String> waiting() {
        return Command.of("virsh", "-q", "list", "--name")
                .run()
                .out()
                .lines()
                .filter(name -> name.contains("-m-"))
                .toList();
    }

    private static long began() {
        return LAB.flowstream("events", "--output", "json")
                .ok()
                .out()
                .lines()
                .filter(line -> line.contains("\"instance-began\""))
                .count();
    }

    private static List<String> serving() {
        return LAB.flowstream("ps").ok().out().lines().skip(1).toList();
    }

    @Test
    void machinesComeWithConnectionsAndWaitAgainWhenTheseAreIdle() {
        LAB.server().serve(80, Path.of("/dev/null"));
        apply("["
                + "{\"apiVersion\": \"flowstream/v1\", \"kind\": \"Pool\", \"name\": \"lab\", \"spec\": {\"size\": "
                + POOL
                + "}}," + chain("datagrams", "udp", "\"deny udp dst port 9\", \"allow all\"") + ","
                + chain("web", "tcp,tp_dst=80", "\"allow all\"") + "]");
        try {
            Wait.until("the pool", BOUND, () -> waiting().size() == POOL);
            long before = began();
            nothingOfNewConnectionsIsLostOrOvertaken();
            assertThat(began() - before).as("a machine for each connection").isEqualTo(2);
            assertThat(LAB.client()
                            .command(
                                    "curl",
                                    "-sS",
                                    "--max-time",
                                    "10",
                                    "-o",
                                    "/dev/null",
                                    "-w",
                                    "%{http_code}",
                                    "http://" + LAB.server().ip4() + "/")
                            .within(BOUND)
                            .run()
                            .out())
                    .as("answered through its machine")
                    .isEqualTo("200");
            Wait.until("the idle ones to go", BOUND, () -> serving().isEmpty());
            // What came back beyond its size it keeps for a while.
            Wait.until("the pool to be full", BOUND, () -> waiting().size() >= POOL);
            assertThat(waiting()).hasSizeLessThanOrEqualTo(2 * POOL);
        } finally {
            apply("[]");
            Wait.until("the machines to go", BOUND, () -> waiting().isEmpty() && taps().isEmpty());
        }
    }

    /** Whoever is told that the chain is there sends at once. */
    @Test
    void firstPacketsComeToTheDaemonAsSoonAsTheirChainIsThere() {
        try {
            for (int port = 7100; port < 7105; port++) {
                apply("[" + chain("soon", "udp,tp_dst=" + port, "\"allow all\"") + "]");
                assertThat(Command.of("ovs-ofctl", "-O", "OpenFlow15", "dump-flows", Platform.bridge())
                                .run()
                                .out()
                                .lines())
                        .as("the lease of port " + port)
                        .anyMatch(Pattern.compile("tp_dst=" + port + " .*controller")
                                .asPredicate());
            }
        } finally {
            apply("[]");
        }
    }

    /** What belongs to a connection without saying so finds its machine: later fragments, and errors about what went out. */
    @Test
    void fragmentsAndErrorsGoThroughTheirConnectionsMachine() {
        apply("[" + chain("datagrams", "udp", "\"deny udp dst port 7001\", \"allow all\"") + "]");
        long before = began();
        try (Fragments open = Fragments.listen(LAB.server(), 7000);
                Fragments closed = Fragments.listen(LAB.server(), 7001)) {
            Fragments.send(LAB.client(), LAB.server(), 7001);
            for (int datagram = 1; datagram <= 3; datagram++) {
                int sent = datagram;
                Fragments.send(LAB.client(), LAB.server(), 7000);
                Wait.until("a datagram in fragments", BOUND, () -> open.bytes() == (long) sent * Fragments.LENGTH);
            }
            assertThat(closed.bytes()).isZero();
            assertThat(began() - before).as("a machine for each connection").isEqualTo(2);
            assertThat(serving()).anyMatch(line -> line.contains("ready"));
            assertThat(LAB.client()
                            .command("python3", "-c", REFUSED, LAB.server().ip4())
                            .within(BOUND)
                            .run()
                            .out())
                    .as("the server's error about a closed port")
                    .isEqualTo("refused\n");
        } finally {
            apply("[]");
            Wait.until("the machines to go", BOUND, () -> taps().isEmpty());
        }
    }

    /** Also where traffic never lets them be idle. */
    @Test
    void whatIsAskedOfAChainIsSoForTheConnectionsThatGoOn() {
        apply("[" + chain("datagrams", "udp", "\"allow all\"") + "]");
        try (Stream stream = Stream.start(LAB.client(), LAB.server(), 9000, 500, Duration.ofSeconds(8))) {
            Wait.until(
                    "a machine of its own", BOUND, () -> serving().stream().anyMatch(line -> line.contains("ready")));
            LAB.flowstream("chain", "bypass", "datagrams").ok();
            assertThat(serving()).as("after the bypass").isEmpty();
            LAB.flowstream("chain", "resume", "datagrams").ok();
            Wait.until("a machine anew", BOUND, () -> serving().stream().anyMatch(line -> line.contains("ready")));
            LAB.flowstream("chain", "rm", "datagrams").ok();
            assertThat(serving()).as("after the removal").isEmpty();
            stream.finish(BOUND);
        } finally {
            apply("[]");
            Wait.until("the machines to go", BOUND, () -> taps().isEmpty());
        }
    }

    private static List<String> taps() {
        return Command.of("ip", "-brief", "link")
                .run()
                .out()
                .lines()
                .filter(link -> link.matches("fs[a-z0-9]{8}[0-9] .*"))
                .toList();
    }

    private static void nothingOfNewConnectionsIsLostOrOvertaken() {
        for (int connection = 0; connection < 2; connection++) {
            try (Stream stream = Stream.start(LAB.client(), LAB.server(), 9000, 500, Duration.ofSeconds(1))) {
                Stream.Outcome outcome = stream.finish(BOUND);
                assertThat(outcome.lost()).as("lost of %d", outcome.sent()).isZero();
                assertThat(outcome.inOrder()).as("in order").isTrue();
            }
        }
    }
}
