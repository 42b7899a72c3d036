package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine and a process that are suspended on request: the failure policy holds, nobody starts them, and they go on. */
@Tag("long")
class SuspendTest {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int RATE = 500;

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    private static long vehicle(Middlebox box, String hypervisor) {
        return hypervisor.equals("process") ? box.process() : box.qemu();
    }

    private static Stream stream(Duration length) {
        return Stream.start(LAB.client(), LAB.server(), LAB.server().ip4(), 4020, RATE, length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "process"})
    void whatItHoldsStaysAndItsPolicyHolds(String hypervisor) {
        try (Middlebox wire = Middlebox.between(LAB, "wire", "w", "--failure", "open", "--hypervisor", hypervisor)) {
            long vehicle = vehicle(wire, hypervisor);
            try (Stream stream = stream(Duration.ofSeconds(1))) {
                assertThat(stream.finish(BOUND).lost()).isZero();
            }
            long seen = wire.inward();
            assertThat(seen).isGreaterThanOrEqualTo(RATE);

            // Open: around it, and nothing lost while the way changes.
            try (Stream stream = stream(Duration.ofSeconds(10))) {
                stream.awaitArrivals(100, BOUND);
                assertThat(LAB.flowstream("suspend", "w").ok().out()).startsWith("w is suspended after ");
                assertThat(wire.state()).isEqualTo("suspended");
                Stream.Outcome outcome = stream.finish(BOUND);
                System.out.printf(
                        "%s suspended under %d datagrams a second, failure open: %d of %d lost%n",
                        hypervisor, RATE, outcome.lost(), outcome.sent());
                assertThat(outcome.lost()).isLessThanOrEqualTo(2);
            }
            // The keeper, and the next one, leave it alone: longer than it takes them to call a machine hung.
            ProcessHandle daemon = LAB.platform().daemon();
            daemon.destroyForcibly();
            Wait.until("the daemon's end", BOUND, () -> !daemon.isAlive());
            LAB.flowstream("daemon", "start").ok();
            assertThat(wire.state()).isEqualTo("suspended");
            try (Stream stream = stream(Duration.ofSeconds(5))) {
                assertThat(stream.finish(BOUND).lost()).isZero();
            }
            assertThat(wire.state()).isEqualTo("suspended");
            assertThat(vehicle(wire, hypervisor)).isEqualTo(vehicle);
            assertThat(Middlebox.ends(wire.inspect())).isZero();

            assertThat(LAB.flowstream("resume", "w").ok().out()).startsWith("w is ready after ");
            long resumed = wire.inward();
            assertThat(resumed).as("what it counted before it was suspended").isGreaterThanOrEqualTo(seen);
            try (Stream stream = stream(Duration.ofSeconds(1))) {
                assertThat(stream.finish(BOUND).lost()).isZero();
            }
            assertThat(wire.inward()).isGreaterThanOrEqualTo(resumed + RATE);
            assertThat(vehicle(wire, hypervisor)).isEqualTo(vehicle);
            assertThat(Middlebox.ends(wire.inspect())).isZero();
            Command.Result again = LAB.flowstream("resume", "w");
            assertThat(again.status()).isEqualTo(1);
            assertThat(again.err()).contains("chain 'w' is not suspended, but running");
            LAB.flowstream("suspend", "w").ok();
        }
    }
}
