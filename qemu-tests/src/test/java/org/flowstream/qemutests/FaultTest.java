package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
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
            long moment = System.nanoTime();
            kill(wire.qemu());
            Stream.Outcome outcome = stream.finish(BOUND);
            Duration gap = gapAfter(outcome.arrived(), moment);
            System.out.printf(
                    "QEMU killed, failure open: longest gap %d ms, %d of %d lost%n",
                    gap.toMillis(), outcome.lost(), outcome.sent());
            assertThat(gap).isLessThan(Duration.ofMillis(50));
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
