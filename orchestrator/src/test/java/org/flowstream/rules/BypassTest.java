package org.flowstream.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.model.BridgeName;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;
import org.flowstream.openflow.OpenFlowConnection;
import org.flowstream.openflow.SwitchEvents;
import org.flowstream.ovsdb.Datapath;
import org.flowstream.ovsdb.NewPort;
import org.flowstream.ovsdb.SwitchDatabase;
import org.flowstream.ovsdb.Tags;
import org.flowstream.testing.PrivateSwitch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * bin/flowstream-bypass on a real ovs-vswitchd, with nothing of ours but chains' rules there.
 *
 * <pre>
 *   uplink ── tcp ── tap 0 a tap 1 ── tap 2 b tap 3 ── servers      (chain 0x11, closed)
 *          └─ udp ── tap 4     fw34      tap 5 ──────┘              (chain 0x22, closed)
 * </pre>
 */
final class BypassTest {
    @RegisterExtension
    static final PrivateSwitch OVS = new PrivateSwitch();

    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final BridgeName BRIDGE = new BridgeName("flowstream");
    private static final String TCP_CHAIN = "0x466c040000000011";
    private static final String DROP = "Datapath actions: drop";

    private final Map<PortName, Integer> numbers = new TreeMap<>();
    private SwitchDatabase database;
    private OpenFlowConnection connection;
    private ChainPlan tcp;
    private ChainPlan udp;

    BypassTest() {}

    @BeforeEach
    void chains() {
        database = SwitchDatabase.connect(OVS.databaseSocket(), BOUND, () -> {});
        database.awaitConnected();
        database.makeOwnBridge(BRIDGE, Datapath.USER);
        connection = OpenFlowConnection.open(OVS.management(BRIDGE.text()), SwitchEvents.NONE, BOUND);
        for (PortName port : List.of(Chains.UPLINK, Chains.SERVERS)) {
            database.attach(BRIDGE, port, Owner.OPERATOR);
            numbers.put(
                    port, database.observe().port(port).orElseThrow().number().getAsInt());
        }
        tcp = steered(Chains.two(0x11, "tcp,tp_dst=80", FailurePolicy.CLOSED));
        udp = steered(Chains.one(0x22, "udp", 200, FailurePolicy.CLOSED));
    }

    private ChainPlan steered(ChainPlan plan) {
        for (MachineSpec machine : plan.machines()) {
            database.addPorts(machine.taps().stream()
                            .map(tap -> NewPort.hostInterface(
                                    BRIDGE, tap, Tags.of(plan.name().toString(), machine.id(), Owner.OPERATOR)))
                            .toList())
                    .forEach(tap ->
                            numbers.put(new PortName(tap.name()), tap.number().getAsInt()));
        }
        connection.apply(RuleDiff.changes(
                wanted(plan),
                new FoundRules(connection.observe()).ofChain(plan.id().bits())));
        assertThat(found(plan)).isEqualTo(wanted(plan));
        return plan;
    }

    private int number(PortName port) {
        Integer number = numbers.get(port);
        assertThat(number).as("number of " + port).isNotNull();
        return number;
    }

    private SwitchRules wanted(ChainPlan plan) {
        return RuleCompiler.compile(plan, Stage.STEERED, numbers, Set.of());
    }

    private SwitchRules found(ChainPlan plan) {
        return new FoundRules(connection.observe()).ofChain(plan.id().bits());
    }

    @AfterEach
    void empty() {
        connection.close();
        database.close();
        OVS.vsctl("del-br", BRIDGE.text());
    }

    /** What a run of the script said, and its exit status. */
    private record Run(int status, String said) {}

    private static Run bypass(String... arguments) throws Exception {
        Path script = Path.of("../bin/flowstream-bypass").toAbsolutePath();
        assertThat(Files.isExecutable(script)).as(script.toString()).isTrue();
        List<String> line = new ArrayList<>(List.of(script.toString()));
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put("OVS_RUNDIR", OVS.folder().toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), said);
    }

    private static String from(PortName port, String packet) {
        return OVS.trace(BRIDGE.text(), "in_port=" + port + "," + packet);
    }

    private static String to(PortName port) {
        return "Datapath actions: " + port;
    }

    @Test
    void aChainsFlowPassesByItsMachinesAndThroughThemAgain() throws Exception {
        tcp.taps().forEach(tap -> OVS.setLink(tap.text(), false));
        assertThat(from(Chains.UPLINK, "tcp,tp_dst=80")).as("closed").isEqualTo(DROP);

        Run run = bypass(BRIDGE.text(), TCP_CHAIN);
        assertThat(run.status()).as(run.said()).isZero();
        assertThat(run.said())
                .contains("-> note:", "output:" + number(Chains.SERVERS))
                .contains("To undo: flowstream-bypass flowstream " + TCP_CHAIN + " --undo");
        assertThat(from(Chains.UPLINK, "tcp,tp_dst=80")).isEqualTo(to(Chains.SERVERS));
        assertThat(from(Chains.SERVERS, "tcp,tp_src=80")).isEqualTo(to(Chains.UPLINK));
        assertThat(from(Chains.UPLINK, "tcp,ip_frag=later")).as("fragments too").isEqualTo(to(Chains.SERVERS));
        assertThat(from(Chains.UPLINK, "udp"))
                .as("the other chain")
                .isEqualTo(to(udp.taps().get(0)));
        assertThat(found(udp)).isEqualTo(wanted(udp));
        assertThat(bypass(BRIDGE.text(), TCP_CHAIN).said()).startsWith("0 rules changed");

        tcp.taps().forEach(tap -> OVS.setLink(tap.text(), true));
        Run undone = bypass(BRIDGE.text(), TCP_CHAIN, "--undo");
        assertThat(undone.status()).as(undone.said()).isZero();
        assertThat(found(tcp)).isEqualTo(wanted(tcp));
        assertThat(from(Chains.UPLINK, "tcp,tp_dst=80")).isEqualTo(to(tcp.taps().get(0)));
    }

    @Test
    void allChainsAreBypassedAndADaemonThatComesBackPutsThemRight() throws Exception {
        assertThat(bypass(BRIDGE.text(), "--all").status()).isZero();
        assertThat(from(Chains.UPLINK, "tcp,tp_dst=80")).isEqualTo(to(Chains.SERVERS));
        assertThat(from(Chains.SERVERS, "udp")).isEqualTo(to(Chains.UPLINK));
        for (ChainPlan plan : List.of(tcp, udp)) {
            assertThat(found(plan)).isNotEqualTo(wanted(plan));
            // A daemon takes groups away that no rule uses when it sets the bridge's own rules.
            connection.apply(connection.observe().unusedGroups().stream()
                    .<SwitchChange>map(group -> new SwitchChange.DeleteGroup(group.id()))
                    .toList());
            connection.apply(RuleDiff.changes(wanted(plan), found(plan)));
            assertThat(found(plan)).isEqualTo(wanted(plan));
        }
    }

    @Test
    void theListNamesChainsAndSaysWhichAreBypassed() throws Exception {
        assertThat(bypass(BRIDGE.text(), "0x466c030000000022").status())
                .as("the cookie of any rule of the chain")
                .isZero();
        assertThat(bypass(BRIDGE.text()).said().lines())
                .containsExactly(
                        TCP_CHAIN + "  uplink:servers  chain17",
                        "0x466c040000000022  uplink:servers  chain34  bypassed");
    }

    @Test
    void whatIsNotThereIsAClearError() throws Exception {
        Run nochain = bypass(BRIDGE.text(), "0x466c0400000000ff");
        assertThat(nochain.status()).isEqualTo(1);
        assertThat(nochain.said()).contains("no chain has the cookie 0x466c0400000000ff", "cure: flowstream-bypass");
        Run nobridge = bypass("br-none", "--all");
        assertThat(nobridge.status()).isEqualTo(1);
        assertThat(nobridge.said()).contains("does not tell bridge br-none's rules");
        assertThat(bypass(BRIDGE.text(), "fw").status()).isEqualTo(2);
        assertThat(bypass(BRIDGE.text(), "--undo").status()).isEqualTo(2);
        assertThat(bypass().status()).isEqualTo(2);
    }
}
