package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A bridge that others use: in standalone mode, with ports, rules and a cookie of theirs. After run, faults and rm their
 * things are as before, and their traffic never stopped.
 */
class ForeignBridgeTest {
    private static final String BRIDGE = "fstfb" + ProcessHandle.current().pid() % 100_000;

    @RegisterExtension
    static final Lab LAB = Lab.withoutPorts();

    private static Endpoint theirs;
    private static Endpoint theirPeer;

    @BeforeAll
    static void bridge() {
        String run = Long.toString(ProcessHandle.current().pid() % 1_000_000);
        theirs = Endpoint.make(run, 'c', 3);
        theirPeer = Endpoint.make(run, 'd', 4);
        Command.of("ovs-vsctl", "add-br", BRIDGE, "--", "set", "Bridge", BRIDGE, "datapath_type=netdev")
                .output();
        for (Endpoint endpoint : new Endpoint[] {LAB.client(), LAB.server(), theirs, theirPeer}) {
            Command.of("ovs-vsctl", "add-port", BRIDGE, endpoint.port()).output();
        }
        ovs("add-flow", BRIDGE, "cookie=0x7,priority=10,tcp,tp_dst=9,actions=drop");
        ovs("add-flow", BRIDGE, "cookie=0x466,priority=11,tcp,tp_dst=10,actions=drop");
    }

    @AfterAll
    static void away() {
        Command.of("ovs-vsctl", "--if-exists", "del-br", BRIDGE).output();
        theirs.remove();
        theirPeer.remove();
    }

    private static String ovs(String... arguments) {
        String[] argv = new String[arguments.length + 1];
        argv[0] = "ovs-ofctl";
        System.arraycopy(arguments, 0, argv, 1, arguments.length);
        return Command.of(argv).output();
    }

    /** Everything of the bridge that is others': settings, ports, rules without counters. */
    private static String state() {
        String settings = Command.of(
                        "ovs-vsctl",
                        "--columns=controller,fail_mode,protocols,datapath_type,other_config,flood_vlans,stp_enable",
                        "list",
                        "Bridge",
                        BRIDGE)
                .output();
        String ports = Command.of("ovs-vsctl", "list-ports", BRIDGE).output();
        String rules = ovs("dump-flows", "--no-stats", BRIDGE).lines().sorted().collect(Collectors.joining("\n"));
        return settings + ports + rules + ovs("dump-groups", BRIDGE).replaceAll("xid=\\S+", "");
    }

    @Test
    void othersThingsAreAsBeforeAndTheirTrafficNeverStops() {
        String before = state();
        try (Stream neighbours = Stream.start(theirs, theirPeer, 7100, 200, Duration.ofSeconds(15))) {
            neighbours.awaitArrivals(100, Duration.ofSeconds(30));
            LAB.flowstream(
                            "port",
                            "add",
                            "--bridge",
                            BRIDGE,
                            LAB.client().port(),
                            LAB.server().port())
                    .ok();
            try (Middlebox wire = Middlebox.between(LAB, "wire", "w", "--bridge", BRIDGE)) {
                assertThat(LAB.client()
                                .command(
                                        "ping",
                                        "-c",
                                        "3",
                                        "-i",
                                        "0.2",
                                        LAB.server().ip4())
                                .run()
                                .out())
                        .contains("3 received");
                assertThat(Long.parseLong(
                                wire.json("inspect", "w").path("received").asText("0")))
                        .isGreaterThanOrEqualTo(0);
                long machine = wire.qemu();
                Command.of("kill", "-KILL", Long.toString(machine)).output();
                Wait.until(
                        "the machine to be back",
                        Duration.ofSeconds(30),
                        () -> wire.state().equals("ready"));
            }
            LAB.flowstream("port", "rm", LAB.client().port(), LAB.server().port())
                    .ok();
            Stream.Outcome outcome = neighbours.finish(Duration.ofSeconds(60));
            assertThat(outcome.lost()).isZero();
        }
        assertThat(state()).isEqualTo(before);
    }
}
