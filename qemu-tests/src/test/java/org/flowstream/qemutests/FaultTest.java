package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is killed under traffic, and what the traffic shows of it. The stream is 500 numbered datagrams a second. */
class FaultTest {
    private static final int RATE = 500;
    private static final Duration LENGTH = Duration.ofSeconds(8);
    private static final Duration BOUND = Duration.ofSeconds(60);

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    private static Stream stream() {
        return Stream.start(LAB.client(), LAB.server(), 7000, RATE, LENGTH);
    }

    private static void kill(long process) {
        Command.of("kill", "-KILL", Long.toString(process)).output();
    }

    /** The longest time without an arrival that begins before the moment or after it, and contains or follows it. */
    private static Duration gapAfter(List<Stream.Arrival> arrivals, long moment) {
        long longest = 0;
        for (int i = 1; i < arrivals.size(); i++) {
            if (arrivals.get(i).nanoseconds() >= moment) {
                longest = Math.max(
                        longest,
                        arrivals.get(i).nanoseconds() - arrivals.get(i - 1).nanoseconds());
            }
        }
        return Duration.ofNanos(longest);
    }

    @Test
    void aKilledMachineIsBackUnderTrafficWithinTwoSecondsAndInspectTellsWhy() {
        try (Middlebox wire = Middlebox.between(LAB, "wire", "w", "--failure", "closed");
                Stream stream = stream()) {
            stream.awaitArrivals(RATE, BOUND);
            long before = wire.qemu();
            long moment = System.nanoTime();
            kill(before);
            Stream.Outcome outcome = stream.finish(BOUND);
            Duration gap = gapAfter(outcome.arrived(), moment);
            System.out.printf("QEMU killed, failure closed: traffic again after %d ms%n", gap.toMillis());
            assertThat(outcome.arrived().get(outcome.arrived().size() - 1).number())
                    .as("the last datagram")
                    .isEqualTo(outcome.sent() - 1);
            // Closed: what was sent meanwhile did not find a way around.
            assertThat(outcome.lost()).isGreaterThan(0);
            assertThat(gap).isLessThan(Duration.ofSeconds(2));
            assertThat(wire.qemu()).isNotEqualTo(before);
            JsonNode inspect = wire.inspect();
            assertThat(inspect.path("state").asText()).isEqualTo("ready");
            assertThat(Middlebox.ends(inspect)).isEqualTo(1);
            assertThat(inspect.at("/exits/recent/0/cause").asText()).isNotEmpty();
            assertThat(inspect.at("/exits/recent/0/at").asText()).startsWith("20");
        }
    }

    @Test
    void withFailureOpenTrafficGoesOnWhileTheMachineIsDown() {
        try (Middlebox wire = Middlebox.between(LAB, "wire", "w", "--failure", "open");
                Stream stream = stream()) {
            stream.awaitArrivals(RATE, BOUND);
            kill(wire.qemu());
            Stream.Outcome outcome = stream.finish(BOUND);
            Duration gap = Duration.ofSeconds(outcome.lostInARow()).dividedBy(RATE);
            System.out.printf(
                    "QEMU killed, failure open: longest gap %d ms, %d of %d lost%n",
                    gap.toMillis(), outcome.lost(), outcome.sent());
            assertThat(Middlebox.ends(wire.inspect())).isEqualTo(1);
            assertThat(gap).isLessThan(Duration.ofMillis(50));
        }
    }

    /** What a user sees of a machine that panicked once: when, why, how often, and its last line. */
    private static void assertPanicIsTold(Middlebox box) {
        JsonNode inspect = box.inspect();
        assertThat(inspect.path("state").asText()).isEqualTo("ready");
        assertThat(inspect.at("/exits/counts/panic").asLong()).isEqualTo(1);
        assertThat(Middlebox.ends(inspect)).isEqualTo(1);
        assertThat(inspect.at("/exits/recent/0/cause").asText()).isEqualTo("panic");
        assertThat(inspect.at("/exits/recent/0/detail").asText()).contains("null page");
        assertThat(inspect.at("/exits/recent/0/at").asText()).startsWith("20");
        List<String> log = LAB.flowstream("logs", box.name()).ok().out().lines().toList();
        assertThat(log)
                .filteredOn(line -> line.startsWith("PANIC "))
                .singleElement()
                .asString()
                .contains("null page");
        assertThat(log.get(log.size() - 1)).as("the new machine's line").startsWith("READY ");
    }

    @Test
    void aPanickedMachineIsBackUnderTrafficWithinTwoSecondsAndItsLastLineIsKept() {
        try (Middlebox wire = Middlebox.between(LAB, "wire", "w", "--failure", "closed", "--hypervisor", "qemu");
                Stream stream = stream()) {
            stream.awaitArrivals(RATE, BOUND);
            long before = wire.qemu();
            long moment = Debugger.panic(LAB.host(), wire);
            Stream.Outcome outcome = stream.finish(BOUND);
            Duration gap = gapAfter(outcome.arrived(), moment);
            System.out.printf("guest panicked, failure closed: traffic again after %d ms%n", gap.toMillis());
            assertThat(outcome.arrived().get(outcome.arrived().size() - 1).number())
                    .as("the last datagram")
                    .isEqualTo(outcome.sent() - 1);
            // Closed: all that came after the panic went through the new machine.
            assertThat(outcome.lost()).isGreaterThan(0);
            assertThat(wire.inward()).isGreaterThanOrEqualTo(outcome.arrivedAfterLoss());
            assertThat(gap).isLessThan(Duration.ofSeconds(2));
            assertThat(wire.qemu()).isNotEqualTo(before);
            assertPanicIsTold(wire);
        }
    }

    @Test
    void withFailureOpenTrafficGoesAroundAPanickedMachine() {
        try (Middlebox wire = Middlebox.between(LAB, "wire", "w", "--failure", "open", "--hypervisor", "qemu");
                Stream stream = stream()) {
            stream.awaitArrivals(RATE, BOUND);
            long moment = Debugger.panic(LAB.host(), wire);
            Stream.Outcome outcome = stream.finish(BOUND);
            Duration gap = gapAfter(outcome.arrived(), moment);
            long around = outcome.arrivedAfterLoss() - wire.inward();
            System.out.printf(
                    "guest panicked, failure open: longest gap %d ms, %d of %d lost, %d went around%n",
                    gap.toMillis(), outcome.lost(), outcome.sent(), around);
            assertThat(gap).isLessThan(Duration.ofSeconds(2));
            assertThat(around).as("datagrams that no machine has seen").isGreaterThan(0);
            assertPanicIsTold(wire);
        }
    }

    @Test
    void aDaemonKilledInTheMiddleOfAWriteCostsNoPacketAndTheNextReadWorks() throws Exception {
        try (Middlebox wire = Middlebox.between(LAB, "wire", "w");
                Stream stream = stream()) {
            Path control = wire.folder().resolve("control.sock");
            Path aside = wire.folder().resolve("control.aside");
            stream.awaitArrivals(RATE, BOUND);
            long machine = wire.qemu();
            Files.move(control, aside);
            byte[] value = "x".repeat(1000).getBytes(StandardCharsets.US_ASCII);
            // "WRITEDATA inward.reset 1000", CR LF, and the first half of the value.
            int header = "WRITEDATA inward.reset 1000\r\n".length();
            try (SocketProxy half = SocketProxy.passing(control, aside, header + value.length / 2)) {
                Path file = Files.createTempFile(LAB.platform().home(), "value", "");
                Files.write(file, value);
                Process write = LAB.platform()
                        .command("handler", "write", wire.name(), "inward.reset", "@" + file)
                        .start(Path.of("/dev/null"));
                Wait.until("half of the value to reach the guest", BOUND, half::isHolding);
                kill(LAB.platform().daemon().pid());
                assertThat(write.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(write.exitValue()).as("the write that was cut off").isEqualTo(1);
            }
            Files.move(aside, control);
            stream.awaitArrivals(3 * RATE, BOUND);
            LAB.flowstream("daemon", "start").ok();
            Stream.Outcome outcome = stream.finish(BOUND);
            System.out.printf("daemon killed in a write: %d of %d lost%n", outcome.lost(), outcome.sent());
            assertThat(outcome.lost()).isZero();
            assertThat(outcome.inOrder()).isTrue();
            assertThat(wire.qemu()).as("the same QEMU").isEqualTo(machine);
            // The write was never whole, so nothing was reset.
            assertThat(wire.inward()).isGreaterThanOrEqualTo(outcome.sent());
            assertThat(Middlebox.ends(wire.inspect())).isZero();
        }
    }

    @Test
    void aKilledDaemonCostsNoPacketAndAdoptsTheMachineOnItsReturn() {
        try (Middlebox wire = Middlebox.between(LAB, "wire", "w");
                Stream stream = stream()) {
            stream.awaitArrivals(RATE, BOUND);
            long machine = wire.qemu();
            kill(LAB.platform().daemon().pid());
            stream.awaitArrivals(3 * RATE, BOUND);
            LAB.flowstream("daemon", "start").ok();
            Stream.Outcome outcome = stream.finish(BOUND);
            System.out.printf("daemon killed: %d of %d lost%n", outcome.lost(), outcome.sent());
            assertThat(outcome.lost()).isZero();
            assertThat(outcome.inOrder()).isTrue();
            assertThat(wire.qemu()).as("the same QEMU").isEqualTo(machine);
            assertThat(wire.read("version")).isNotEmpty();
            assertThat(Middlebox.ends(wire.inspect())).isZero();
        }
    }
}
