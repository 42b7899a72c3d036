package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A middlebox as a process: it works, heals and is adopted as a machine is, is confined, and needs no libvirt. The stream
 * is 500 numbered datagrams a second.
 */
@Tag("long")
class ProcessTest {
    private static final int RATE = 500;
    private static final Duration LENGTH = Duration.ofSeconds(3);
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int CURL_TIMED_OUT = 28;

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    @BeforeAll
    static void servers() {
        LAB.server().serve(80, Path.of("/dev/null"));
        LAB.server().serve(8080, Path.of("/dev/null"));
    }

    private static Middlebox process(String template, String... more) {
        String[] options = new String[2 + more.length];
        options[0] = "--hypervisor";
        options[1] = "process";
        System.arraycopy(more, 0, options, 2, more.length);
        return Middlebox.between(LAB, template, "p", options);
    }

    private static Stream stream() {
        return Stream.start(LAB.client(), LAB.server(), 7000, RATE, LENGTH);
    }

    private static void kill(long process) {
        Command.of("kill", "-KILL", Long.toString(process)).output();
    }

    private static int curl(int port) {
        return LAB.client()
                .command(
                        "curl",
                        "-sS",
                        "--max-time",
                        "1",
                        "http://" + LAB.server().ip4() + ":" + port + "/")
                .run()
                .status();
    }

    private static String status(long process, String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process + "/status")).stream()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    /** A zombie has ended, too: who reaps it is init's business. */
    private static boolean hasEnded(long process) {
        try {
            return status(process, "State").startsWith("Z");
        } catch (IOException e) {
            return true;
        }
    }

    /** A datagram's time, in lost ones: no load on the host can stretch it. */
    private static Duration gap(Stream.Outcome outcome) {
        return Duration.ofSeconds(outcome.lostInARow()).dividedBy(RATE);
    }

    @Test
    void aConfinedFirewallLetsThroughWhatItsRulesAllowAndAnswersItsHandlers() throws IOException {
        try (Middlebox firewall = process("firewall", "-p", "rules=allow tcp dst port 80")) {
            assertThat(curl(80)).isZero();
            assertThat(curl(8080)).isEqualTo(CURL_TIMED_OUT);
            JsonNode inspect = firewall.inspect();
            assertThat(inspect.path("hypervisor").asText()).isEqualTo("process");
            assertThat(inspect.path("state").asText()).isEqualTo("ready");
            String digest = inspect.path("image").asText().replaceFirst("sha256:", "");
            assertThat(firewall.read("digest")).isEqualTo(digest);
            assertThat(firewall.dropped("filter", "denied")).isGreaterThan(0);
            assertThat(LAB.flowstream("logs", firewall.name()).ok().out()).startsWith("READY digest=" + digest);

            long process = firewall.process();
            assertThat(status(process, "Uid")).isEqualTo("65534\t65534\t65534\t65534");
            assertThat(status(process, "CapPrm")).isEqualTo("0000000000000000");
            assertThat(status(process, "NoNewPrivs")).isEqualTo("1");
            assertThat(status(process, "Seccomp")).isEqualTo("2");
            assertThat(Files.readSymbolicLink(Path.of("/proc/" + process + "/ns/net")))
                    .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
            System.out.printf(
                    "a firewall as a process: %s resident, %s%n",
                    status(process, "VmRSS"),
                    LAB.flowstream("logs", firewall.name())
                            .out()
                            .replaceAll("(?s).*(boot_us=\\d+).*(pool=\\d+).*", "$1 $2"));
            LAB.flowstream("stop", firewall.name()).ok();
            assertThat(LAB.flowstream("logs", firewall.name()).ok().out()).endsWith("STOP power-button\n");
            assertThat(Middlebox.ends(firewall.inspect())).isZero();
        }
    }

    @Test
    void aKilledProcessIsBackUnderTrafficWithinTwoSecondsAndInspectTellsWhy() {
        try (Middlebox wire = process("wire", "--failure", "closed");
                Stream stream = stream()) {
            stream.awaitArrivals(RATE, BOUND);
            long before = wire.process();
            kill(before);
            Stream.Outcome outcome = stream.finish(BOUND);
            System.out.printf(
                    "process killed, failure closed: gap %d ms%n", gap(outcome).toMillis());
            assertThat(outcome.arrived().get(outcome.arrived().size() - 1).number())
                    .as("the last datagram")
                    .isEqualTo(outcome.sent() - 1);
            assertThat(outcome.lost()).isGreaterThan(0);
            assertThat(gap(outcome)).isLessThan(Duration.ofSeconds(2));
            assertThat(wire.process()).isNotEqualTo(before);
            JsonNode inspect = wire.inspect();
            assertThat(inspect.path("state").asText()).isEqualTo("ready");
            assertThat(inspect.at("/exits/counts/died").asLong()).isEqualTo(1);
            assertThat(Middlebox.ends(inspect)).isEqualTo(1);
        }
    }

    @Test
    void withFailureOpenTrafficGoesAroundAKilledProcessAndTheReasonOfAFaultIsKept() {
        try (Middlebox wire = process("wire", "--failure", "open");
                Stream stream = stream()) {
            stream.awaitArrivals(RATE, BOUND);
            Command.of("kill", "-SEGV", Long.toString(wire.process())).output();
            Stream.Outcome outcome = stream.finish(BOUND);
            System.out.printf(
                    "process killed, failure open: longest gap %d ms, %d of %d lost%n",
                    gap(outcome).toMillis(), outcome.lost(), outcome.sent());
            assertThat(gap(outcome)).isLessThan(Duration.ofMillis(50));
            JsonNode inspect = wire.inspect();
            assertThat(inspect.at("/exits/recent/0/cause").asText()).isEqualTo("panic");
            assertThat(inspect.at("/exits/recent/0/detail").asText()).startsWith("PANIC signal 11 at address ");
        }
    }

    @Test
    void aKilledDaemonCostsNoPacketAndAdoptsTheProcessWhichPurgeFindsWithoutIt() {
        try (Middlebox wire = process("wire");
                Stream stream = stream()) {
            stream.awaitArrivals(RATE, BOUND);
            long process = wire.process();
            kill(LAB.platform().daemon().pid());
            assertThat(LAB.flowstream("purge", "--dry-run").ok().out())
                    .contains("process " + process + ", machine p of "
                            + LAB.platform().home().resolve("state"));
            LAB.flowstream("daemon", "start").ok();
            Stream.Outcome outcome = stream.finish(BOUND);
            assertThat(outcome.lost()).isZero();
            assertThat(outcome.inOrder()).isTrue();
            assertThat(wire.process()).as("the same process").isEqualTo(process);
            assertThat(Middlebox.ends(wire.inspect())).isZero();
            // The new daemon hears of an end that the old one would have heard of.
            kill(process);
            Wait.until("another process", BOUND, () -> wire.state().equals("ready") && wire.process() != process);
            assertThat(wire.inspect().at("/exits/counts/died").asLong()).isEqualTo(1);
        }
    }

    @Test
    void purgeEndsAProcessWithTheDaemonDead() {
        Middlebox wire = process("wire");
        ProcessHandle process = ProcessHandle.of(wire.process()).orElseThrow();
        kill(LAB.platform().daemon().pid());
        try {
            assertThat(LAB.flowstream("purge").ok().out()).contains("process " + process.pid());
            assertThat(hasEnded(process.pid())).isTrue();
            assertThat(wire.folder()).doesNotExist();
        } finally {
            LAB.flowstream("daemon", "start").ok();
            wire.close();
            LAB.flowstream("port", "ls").ok();
        }
    }

    @Test
    void aConfigurationThatNeedsMoreMemoryThanItHasIsNotStartedAgain() throws IOException {
        Path click = LAB.platform().home().resolve("greedy.click");
        Files.writeString(click, """
                FromDevice(0) -> f :: FlowMonitor(CAPACITY 1000000) -> ToDevice(1);
                FromDevice(1) -> [1] f [1] -> ToDevice(0);
                """);
        Command.Result run = LAB.flowstream(
                "run", click.toString(), "--name", "p", "--between", LAB.between(), "--hypervisor", "process");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("configuration-error").contains("greedy.click:1");
    }

    @Test
    void aChainOfProcessesNeedsNoLibvirtAndAChainOfMachinesIsToldWhy() {
        String run = Long.toString(ProcessHandle.current().pid() % 1_000_000);
        Endpoint left = Endpoint.make(run, 'c', 3);
        Endpoint right = Endpoint.make(run, 'd', 4);
        Map<String, String> none = Map.of(
                "FLOWSTREAM_LIBVIRT",
                "qemu+unix:///system?socket=/tmp/flowstream-no-libvirt.sock",
                "FLOWSTREAM_BRIDGE",
                Platform.bridge() + "y");
        try (Platform platform = Platform.start(none, List.of())) {
            platform.flowstream("port", "add", left.port(), right.port()).ok();
            String between = left.port() + ":" + right.port();
            platform.flowstream("run", "wire", "--name", "p", "--between", between, "--hypervisor", "process")
                    .ok();
            assertThat(left.command("ping", "-c", "1", "-W", "2", right.ip4())
                            .run()
                            .out())
                    .contains("1 received");
            assertThat(platform.flowstream("ps").ok().out()).contains("process").contains("ready");
            Command.Result machine = platform.flowstream(
                    "run", "wire", "--name", "m", "--between", between, "--priority", "200", "--hypervisor", "qemu");
            assertThat(machine.status()).isEqualTo(1);
            assertThat(machine.err()).contains("libvirt does not answer").contains("flowstream doctor --fix libvirt");
            platform.flowstream("rm", "p").ok();
            platform.flowstream("port", "rm", left.port()).ok();
            platform.flowstream("port", "rm", right.port()).ok();
        } finally {
            left.remove();
            right.remove();
        }
    }
}
