package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a middlebox that goes wild does to the others and to the host's disk. Both as machines and as processes. */
@Tag("long")
class IsolationTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final int ROUNDS = 3;
    private static final int LOG_BURST = 8192;
    private static final int LOG_PER_SECOND = 4096;

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    @BeforeAll
    static void server() {
        LAB.server().command("iperf3", "--server").start(Path.of("/dev/null"));
        Wait.until(
                "iperf3's server",
                BOUND,
                () -> LAB.server()
                        .command("ss", "-Hltn", "sport", "=", ":5201")
                        .run()
                        .out()
                        .contains(":5201"));
    }

    private static String click(String name, String text) {
        try {
            return Files.writeString(LAB.platform().home().resolve(name + ".click"), text)
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double iperf(String... more) {
        List<String> argv = new ArrayList<>(List.of(
                "iperf3", "--json", "--time", "2", "--client", LAB.server().ip4()));
        argv.addAll(List.of(more));
        return Iperf.receivedBitsPerSecond(LAB.client()
                .command(argv.toArray(String[]::new))
                .within(Duration.ofSeconds(30))
                .output());
    }

    private static double middle(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    /** Processor time of a process and its threads until now, in ticks of 10 ms. */
    private static long ticks(long process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
            List<String> fields =
                    List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
            return Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "process"})
    void oneAtAllOfAProcessorLeavesAnotherHalfItsForwardingAtLeast(String hypervisor) {
        String hog = click("hog", """
                FromDevice(0) -> ToDevice(1);
                FromDevice(1) -> ToDevice(0);
                source :: InfiniteSource(BURST 32, ACTIVE false) -> Discard;
                """);
        try (Middlebox firewall =
                        Middlebox.between(LAB, "firewall", "fw", "--hypervisor", hypervisor, "-p", "rules=allow all");
                Middlebox wild = Middlebox.between(
                        LAB, hog, "hog", "--hypervisor", hypervisor, "--flow", "udp,tp_dst=9", "--priority", "200")) {
            long process = hypervisor.equals("process") ? wild.process() : wild.qemu();
            List<Double> quiet = new ArrayList<>();
            List<Double> beside = new ArrayList<>();
            double busy = 0;
            iperf();
            for (int round = 0; round < ROUNDS; round++) {
                quiet.add(iperf());
                LAB.flowstream("handler", "write", "hog", "source.active", "true")
                        .ok();
                long ticks = ticks(process);
                long begin = System.nanoTime();
                beside.add(iperf());
                busy += (ticks(process) - ticks) * 1e9 / (System.nanoTime() - begin) / ROUNDS;
                LAB.flowstream("handler", "write", "hog", "source.active", "false")
                        .ok();
            }
            double left = middle(beside) / middle(quiet);
            System.out.printf(
                    "%s: %.0f Mbit/s, beside one that takes %.0f %% of a processor %.0f Mbit/s: %.2f%n",
                    hypervisor, middle(quiet) / 1e6, busy, middle(beside) / 1e6, left);
            assertThat(busy).as("per cent of a processor that the wild one got").isGreaterThan(20);
            assertThat(left).as("of its forwarding").isGreaterThan(0.5);
            assertThat(firewall.state()).isEqualTo("ready");
            assertThat(wild.state()).isEqualTo("ready");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "process"})
    void aLineForEachPacketDoesNotFillTheDisk(String hypervisor) throws IOException {
        String chatter = click("chatter", """
                FromDevice(0) -> c :: Counter -> Print(out, 64) -> ToDevice(1);
                FromDevice(1) -> Print(in, 64) -> ToDevice(0);
                """);
        try (Middlebox loud = Middlebox.between(LAB, chatter, "chatter", "--hypervisor", hypervisor)) {
            long begin = System.nanoTime();
            iperf("--udp", "--bitrate", "40M", "--length", "500");
            iperf("--udp", "--bitrate", "40M", "--length", "500");
            long lines = Long.parseLong(loud.read("c.count"));
            // A last line, after a second of silence, tells what was left out before it.
            Wait.until("room for a line", BOUND, () -> {
                LAB.client()
                        .command("ping", "-c", "1", "-W", "1", LAB.server().ip4())
                        .run();
                return log(loud).contains(" lines not shown)");
            });
            double seconds = (System.nanoTime() - begin) / 1e9;
            long written = Files.size(file(loud));
            long said = log(loud)
                    .lines()
                    .filter(line -> line.endsWith(" lines not shown)"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                    .sum();
            System.out.printf(
                    "%s: %d lines in %.1f s, %d of them left out as told, %d bytes written%n",
                    hypervisor, lines, seconds, said, written);
            assertThat(lines).isGreaterThan(10_000);
            assertThat(said).isGreaterThan(lines / 2);
            assertThat((double) written).isLessThan(2 * LOG_BURST + LOG_PER_SECOND * seconds);
        }
    }

    private static Path file(Middlebox loud) {
        return LAB.platform().home().resolve("log").resolve(loud.folder().getFileName() + ".log");
    }

    private static String log(Middlebox loud) {
        try {
            return Files.readString(file(loud), java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
