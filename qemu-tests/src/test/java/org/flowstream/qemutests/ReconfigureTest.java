package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A translator takes other configurations while connections go through it, as a machine and as a process; and what it
 * cannot take changes nothing.
 *
 * <pre>
 *   client (servers)              nat                       server (opens connections)
 *   198.18.0.1  =====  198.18.0.100   192.168.77.1  =====  192.168.77.2
 * </pre>
 */
@Tag("long")
class ReconfigureTest {
    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final int TIMES = 8;
    private static final int RATE = 1000;
    /** Of iperf3's runs; they last longer than all reconfigurations, which is checked. */
    private static final int SECONDS = 40;

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    @TempDir
    private Path folder;

    @BeforeAll
    static void addresses() {
        LAB.server()
                .command("ip", "addr", "flush", "dev", "eth0", "scope", "global")
                .output();
        LAB.server()
                .command("ip", "addr", "add", "192.168.77.2/24", "dev", "eth0")
                .output();
        LAB.server()
                .command("ip", "route", "add", "default", "via", "192.168.77.1")
                .output();
        for (int port : List.of(5201, 5202)) {
            LAB.client()
                    .command("iperf3", "--server", "--port", Integer.toString(port))
                    .start(Path.of("/dev/null"));
            Wait.until(
                    "iperf3's server",
                    BOUND,
                    () -> LAB.client()
                            .command("ss", "-Hltn", "sport", "=", ":" + port)
                            .run()
                            .out()
                            .contains(":" + port));
        }
    }

    private static Middlebox nat(String hypervisor) {
        // Another machine has other Ethernet addresses.
        for (Endpoint endpoint : List.of(LAB.client(), LAB.server())) {
            endpoint.command("ip", "neigh", "flush", "all").output();
        }
        return Middlebox.between(
                LAB,
                "nat",
                "nat",
                "--hypervisor",
                hypervisor,
                "-p",
                "address=198.18.0.100",
                "-p",
                "outside_net=198.18.0.0/24",
                "-p",
                "gateway=198.18.0.1",
                "-p",
                "inside_address=192.168.77.1",
                "-p",
                "inside_net=192.168.77.0/24");
    }

    private static JsonNode reconfigured(String... options) {
        String[] whole = new String[options.length + 4];
        System.arraycopy(new String[] {"reconfigure", "nat", "--output", "json"}, 0, whole, 0, 4);
        System.arraycopy(options, 0, whole, 4, options.length);
        return parsed(LAB.flowstream(whole).ok().out());
    }

    private static JsonNode parsed(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    /** iperf3 from inside to outside; what it says goes to the file. */
    private static Process iperf(int port, Path report, String... more) {
        String[] whole = new String[more.length + 9];
        System.arraycopy(
                new String[] {
                    "iperf3",
                    "--json",
                    "--time",
                    Integer.toString(SECONDS),
                    "--port",
                    Integer.toString(port),
                    "--client",
                    LAB.client().ip4(),
                    "--interval=1"
                },
                0,
                whole,
                0,
                9);
        System.arraycopy(more, 0, whole, 9, more.length);
        return LAB.server().command(whole).start(report);
    }

    private static JsonNode end(Process iperf, Path report) {
        try {
            assertThat(iperf.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS))
                    .as("iperf3 ended")
                    .isTrue();
            JsonNode told = parsed(Files.readString(report));
            assertThat(told.path("error").asText()).isEmpty();
            return told;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** The mappings, without how long each is idle. */
    private static Set<String> mappings(Middlebox nat) {
        Set<String> mappings = new TreeSet<>();
        for (String table : List.of("translate.tcp_table", "translate.udp_table")) {
            nat.read(table)
                    .lines()
                    .map(line -> line.replaceFirst("\\s+i.*$", ""))
                    .forEach(mappings::add);
        }
        return mappings;
    }

    private static long vehicle(Middlebox nat, String hypervisor) {
        return hypervisor.equals("process") ? nat.process() : nat.qemu();
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "process"})
    void connectionsLiveOnAndNothingIsLost(String hypervisor) throws IOException {
        try (Middlebox nat = nat(hypervisor)) {
            long vehicle = vehicle(nat, hypervisor);
            Path tcp = folder.resolve("tcp.json");
            Path udp = folder.resolve("udp.json");
            long starvedBefore = SwitchLosses.at(Platform.bridge());
            Process longTcp = iperf(5201, tcp, "--bitrate", "2M");
            Process longUdp = iperf(5202, udp, "--udp", "--bitrate", "2M", "--length", "500");
            try (Stream stream = Stream.start(
                    LAB.server(), LAB.client(), LAB.client().ip4(), 4010, RATE, Duration.ofSeconds(SECONDS))) {
                stream.awaitArrivals(100, BOUND);
                Wait.until("the mappings of all", BOUND, () -> mappings(nat).size() >= 5);
                Set<String> before = mappings(nat);
                long forwarded = Long.parseLong(nat.read("translate.mapping_failures"));
                StringBuilder took = new StringBuilder();
                for (int i = 1; i <= TIMES; i++) {
                    JsonNode done = reconfigured("-p", "udp_timeout=" + (300 + i));
                    assertThat(done.path("outcome").asText())
                            .isEqualTo("it has its new configuration, and what it held of its flows");
                    done.path("stages")
                            .forEach(stage -> took.append(
                                    stage.path("detail").asText().startsWith("hot")
                                            ? " " + stage.path("took").asLong() / 1000
                                            : ""));
                    assertThat(nat.read("translate.config")).contains("UDP_TIMEOUT " + (300 + i));
                }
                assertThat(longTcp.isAlive() && longUdp.isAlive())
                        .as("all was done while iperf3 ran")
                        .isTrue();
                assertThat(mappings(nat)).containsAll(before);
                assertThat(Long.parseLong(nat.read("translate.mapping_failures")))
                        .isEqualTo(forwarded);
                Stream.Outcome outcome = stream.finish(BOUND);
                JsonNode udpReport = end(longUdp, udp);
                JsonNode tcpReport = end(longTcp, tcp);
                long starved = SwitchLosses.at(Platform.bridge()) - starvedBefore;
                // What is not for the translator is denied or ends in a Discard: IPv6's multicast, and that of IPv4.
                List<String> dropped = new ArrayList<>();
                nat.json("drops", "nat")
                        .forEach(row -> dropped.add(row.path("element").asText() + " "
                                + row.path("reason").asText() + " "
                                + row.path("packets").asText()));
                dropped.removeIf(
                        row -> row.contains(" denied ") || row.contains(" discarded ") || row.startsWith("switch"));
                System.out.printf(
                        "nat (%s) reconfigured %d times, each in us:%s; stream %d sent %d lost; iperf3 UDP %d packets %d"
                                + " lost; TCP %.1f Mbit/s, %d retransmitted; %d lost before the switch%n",
                        hypervisor,
                        TIMES,
                        took,
                        outcome.sent(),
                        outcome.lost(),
                        udpReport.at("/end/sum/packets").asLong(),
                        udpReport.at("/end/sum/lost_packets").asLong(),
                        tcpReport.at("/end/sum_received/bits_per_second").asDouble() / 1e6,
                        tcpReport.at("/end/sum_sent/retransmits").asLong(),
                        starved);
                assertThat(outcome.inOrder()).isTrue();
                assertThat(udpReport.at("/end/sum/packets").asLong()).isGreaterThan(10_000);
                assertThat(outcome.lost()
                                + udpReport.at("/end/sum/lost_packets").asLong())
                        .as("lost, but for what the kernel says that the switch was too late for")
                        .isLessThanOrEqualTo(starved);
                assertThat(dropped).as("dropped by nat").isEmpty();
            } finally {
                longTcp.destroy();
                longUdp.destroy();
            }
            assertThat(vehicle(nat, hypervisor)).as("it ran on").isEqualTo(vehicle);
            String declared = nat.inspect().path("image").asText();

            ProcessHandle daemon = LAB.platform().daemon();
            daemon.destroyForcibly();
            Wait.until("the daemon's end", BOUND, () -> !daemon.isAlive());
            LAB.flowstream("daemon", "start").ok();
            assertThat(nat.inspect().path("image").asText()).isEqualTo(declared);
            assertThat(nat.read("translate.config")).contains("UDP_TIMEOUT " + (300 + TIMES));
            LAB.flowstream("restart", "nat").ok();
            assertThat(nat.read("translate.config")).contains("UDP_TIMEOUT " + (300 + TIMES));
            assertThat("sha256:" + nat.read("digest")).isEqualTo(declared);
        }
    }

    @Test
    void whatIsWrongChangesNothingAndIsSaid() throws IOException {
        try (Middlebox nat = nat("auto")) {
            String digest = nat.read("digest");
            long vehicle = nat.qemu();
            String before =
                    LAB.flowstream("operation", "ls", "--chain", "nat").ok().out();
            Command.Result wrong = LAB.flowstream("reconfigure", "nat", "-p", "mappings=many", "-p", "nosuch=1");
            assertThat(wrong.status()).isEqualTo(1);
            assertThat(wrong.err()).contains("-p mappings=many", "-p nosuch=1");
            Path click = folder.resolve("other.click");
            Files.writeString(click, """
                    FromDevice(0) -> Qeue -> ToDevice(1);
                    FromDevice(1) -> ToDevice(0, NOSUCH 1);
                    """);
            Command.Result wrongs = LAB.flowstream("reconfigure", "nat", "--config", click.toString());
            assertThat(wrongs.status()).isEqualTo(1);
            assertThat(wrongs.err()).contains("other.click:1:18", "other.click:2:");
            assertThat(LAB.flowstream("operation", "ls", "--chain", "nat").out())
                    .isEqualTo(before);

            // More memory than the machine has: it says so itself, and is given its earlier configuration again.
            Path template = folder.resolve("large");
            Files.createDirectories(template);
            Files.writeString(template.resolve("large.click"), """
                    FromDevice(outside) -> Queue(1000000) -> ToDevice(inside);
                    FromDevice(inside) -> ToDevice(outside);
                    """);
            Files.writeString(template.resolve("template.json"), """
                    {"name": "large", "version": "1.0.0", "summary": "Needs more memory than it says.",
                     "devices": [{"name": "outside", "click": ["outside"], "mode": "addressed"},
                                 {"name": "inside", "click": ["inside"], "mode": "addressed"}],
                     "image": {"click": "large.click"},
                     "resources": {"memory": "8 MiB", "vcpus": 1},
                     "health": {"ready": ["machine", "control"], "heartbeat": "1s"},
                     "passes": {"arp": "yes", "nd": "yes", "ip6": "yes", "vlan": "yes", "fragments": "yes",
                      "icmp-errors": "yes", "non-ip": "yes", "tcp-unknown-options": "yes", "mptcp": "yes",
                      "quic": "yes"},
                     "tests": []}
                    """);
            Command.Result refused = LAB.flowstream("reconfigure", "nat", "--config", template.toString());
            assertThat(refused.status()).as(refused.all()).isEqualTo(1);
            assertThat(refused.err()).contains("Queue(1000000)", "it goes on with its earlier configuration");
            assertThat(nat.state()).isEqualTo("ready");
            assertThat(nat.read("digest")).isEqualTo(digest);
            assertThat(nat.qemu()).isEqualTo(vehicle);
            assertThat(nat.inspect().path("image").asText()).isEqualTo("sha256:" + digest);
        }
    }

    /** Whatever kills a machine that takes a configuration: it comes back with the earlier one, and that is said. */
    @Test
    void aMachineThatDiesMeanwhileComesBackWithItsEarlierConfiguration() {
        try (Middlebox nat = nat("auto")) {
            String declared = nat.inspect().path("image").asText();
            long qemu = nat.qemu();
            Command.of("kill", "-STOP", Long.toString(qemu)).output();
            JsonNode begun = reconfigured("-p", "udp_timeout=77", "--detach");
            Command.of("kill", "-KILL", Long.toString(qemu)).output();
            Command.Result ended =
                    LAB.flowstream("operation", "wait", begun.path("id").asText(), "--output", "json");
            assertThat(ended.status()).isEqualTo(1);
            assertThat(parsed(ended.out()).path("outcome").asText())
                    .contains("swap the image of machine nat")
                    .containsAnyOf(
                            "; it was started anew with its earlier configuration: what it held of its flows is lost",
                            "; its earlier configuration is declared again");
            Wait.until(
                    "nat to be ready anew",
                    BOUND,
                    () -> nat.state().equals("ready") && Middlebox.ends(nat.inspect()) == 1);
            assertThat(nat.inspect().path("image").asText()).isEqualTo(declared);
            assertThat("sha256:" + nat.read("digest")).isEqualTo(declared);
        }
    }
}
