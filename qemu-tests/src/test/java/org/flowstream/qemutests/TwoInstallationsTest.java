package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two installations on one host and one bridge of others, each with a middlebox of the same name: neither takes the
 * other's things for its own, not even when the other's daemon is away.
 *
 * <pre>
 *   a ── [w of the lab] ── b        c ── [w of the other] ── d        all on one bridge
 * </pre>
 */
@Tag("long")
class TwoInstallationsTest {
    private static final String BRIDGE = "fstfb" + ProcessHandle.current().pid() % 100_000;
    private static final int RATE = 200;
    private static final Duration BOUND = Duration.ofSeconds(90);

    @RegisterExtension
    static final Lab LAB = Lab.withoutPorts();

    private static Endpoint left;
    private static Endpoint right;

    @BeforeAll
    static void bridge() {
        String run = Long.toString(ProcessHandle.current().pid() % 1_000_000);
        left = Endpoint.make(run, 'c', 3);
        right = Endpoint.make(run, 'd', 4);
        Command.of("ovs-vsctl", "add-br", BRIDGE, "--", "set", "Bridge", BRIDGE, "datapath_type=netdev")
                .output();
        for (Endpoint endpoint : new Endpoint[] {LAB.client(), LAB.server(), left, right}) {
            Command.of("ovs-vsctl", "add-port", BRIDGE, endpoint.port()).output();
        }
    }

    @AfterAll
    static void away() {
        Command.of("ovs-vsctl", "--if-exists", "del-br", BRIDGE).output();
        left.remove();
        right.remove();
    }

    private static long ourRules() {
        return Command.of("ovs-ofctl", "dump-flows", BRIDGE, "cookie=0x466c000000000000/0xffff000000000000")
                .output()
                .lines()
                .filter(line -> line.contains("cookie="))
                .count();
    }

    @Test
    void purgeTakesWhatIsItsOwnAndLeavesTheMachinesOfAStoppedDaemon() {
        LAB.flowstream(
                        "port",
                        "add",
                        "--bridge",
                        BRIDGE,
                        LAB.client().port(),
                        LAB.server().port())
                .ok();
        try (Platform other = Platform.start(Map.of("FLOWSTREAM_BRIDGE", Platform.bridge() + "y"), List.of());
                Middlebox wire = Middlebox.between(LAB, "wire", "w", "--bridge", BRIDGE)) {
            long rulesOfOne = ourRules();
            other.flowstream("port", "add", "--bridge", BRIDGE, left.port(), right.port())
                    .ok();
            other.flowstream(
                            "run",
                            "wire",
                            "--name",
                            "w",
                            "--between",
                            left.port() + ":" + right.port(),
                            "--bridge",
                            BRIDGE)
                    .ok();
            assertThat(ourRules()).isGreaterThan(rulesOfOne);
            long machine = wire.qemu();
            try (Stream stream = Stream.start(LAB.client(), LAB.server(), 7200, RATE, Duration.ofSeconds(15))) {
                stream.awaitArrivals(RATE, BOUND);
                LAB.flowstream("daemon", "stop").ok();
                other.flowstream("daemon", "stop").ok();
                String folder = LAB.platform().home().resolve("state").toString();
                assertThat(other.flowstream("purge", "--dry-run").ok().out())
                        .contains("left what belongs to the installation of " + folder)
                        .contains("machine flowstream.")
                        .doesNotContain(" of " + folder + "\n");
                assertThat(other.flowstream("purge").ok().out()).contains("removed.");
                assertThat(ourRules()).isEqualTo(rulesOfOne);
                assertThat(other.flowstream("purge").ok().out()).contains("Nothing of ours is here.");
                Stream.Outcome outcome = stream.finish(BOUND);
                assertThat(outcome.lost()).isZero();
            }
            LAB.flowstream("daemon", "start").ok();
            assertThat(wire.qemu()).isEqualTo(machine);
            assertThat(wire.inward()).isGreaterThanOrEqualTo(RATE);
            assertThat(Middlebox.ends(wire.inspect())).isZero();
        }
        LAB.flowstream("port", "rm", LAB.client().port(), LAB.server().port()).ok();
    }
}
