package org.flowstream.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.model.BridgeName;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;
import org.flowstream.openflow.OpenFlowConnection;
import org.flowstream.openflow.SwitchEvents;
import org.flowstream.openflow.SwitchLink;
import org.flowstream.ovsdb.Datapath;
import org.flowstream.ovsdb.NewPort;
import org.flowstream.ovsdb.ObservedPort;
import org.flowstream.ovsdb.SwitchDatabase;
import org.flowstream.ovsdb.Tags;
import org.flowstream.testing.PrivateSwitch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Where a real ovs-vswitchd sends packets under our rules.
 *
 * <pre>
 *   uplink ──┐  bridge flowstream  ┌── servers
 *            │   tap 0 … tap 1     │
 *            └───── other ─────────┘   (a third external port, in no chain)
 * </pre>
 */
final class SteeringTest {
    @RegisterExtension
    static final PrivateSwitch OVS = new PrivateSwitch();

    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final BridgeName BRIDGE = new BridgeName("flowstream");
    private static final PortName OTHER = new PortName("other");
    private static final String DROP = "Datapath actions: drop";
    /** Ethernet addresses of a station behind uplink (a), one behind servers (b), and IPv4 UDP between them. */
    private static final String A = "020000000aaa";

    private static final String B = "020000000bbb";

    private SwitchDatabase database;
    private OpenFlowConnection connection;
    private Map<PortName, Integer> numbers;

    SteeringTest() {}

    @BeforeEach
    void bridge() {
        database = SwitchDatabase.connect(OVS.databaseSocket(), BOUND, () -> {});
        database.awaitConnected();
        database.makeOwnBridge(BRIDGE, Datapath.USER);
        connection = OpenFlowConnection.open(OVS.management(BRIDGE.text()), SwitchEvents.NONE, BOUND);
        numbers = new TreeMap<>();
        for (PortName port : List.of(Chains.UPLINK, Chains.SERVERS, OTHER)) {
            database.attach(BRIDGE, port, Owner.OPERATOR);
            numbers.put(
                    port, database.observe().port(port).orElseThrow().number().getAsInt());
        }
        applyBase(List.of());
    }

    @AfterEach
    void empty() {
        connection.close();
        database.close();
        OVS.vsctl("del-br", BRIDGE.text());
    }

    private ChainPlan wired(ChainPlan plan) {
        for (MachineSpec machine : plan.machines()) {
            List<ObservedPort> taps = database.addPorts(machine.taps().stream()
                    .map(tap -> NewPort.hostInterface(
                            BRIDGE, tap, Tags.of(plan.name().toString(), machine.id(), Owner.OPERATOR)))
                    .toList());
            taps.forEach(
                    tap -> numbers.put(new PortName(tap.name()), tap.number().getAsInt()));
        }
        return plan;
    }

    private void applyBase(List<ChainPlan> chains) {
        SwitchRules wanted = BridgeRules.own(
                Unclaimed.SWITCHED,
                List.of(number(Chains.UPLINK), number(Chains.SERVERS), number(OTHER)),
                chains,
                numbers);
        connection.apply(RuleDiff.changes(wanted, connection.observe().ofBridge()));
        assertThat(connection.observe().ofBridge()).isEqualTo(wanted);
    }

    private void apply(ChainPlan plan, Stage stage) {
        SwitchRules wanted = RuleCompiler.compile(plan, stage, numbers, Set.of());
        connection.apply(RuleDiff.changes(
                wanted, new FoundRules(connection.observe()).ofChain(plan.id().bits())));
        assertThat(new FoundRules(connection.observe()).ofChain(plan.id().bits()))
                .as("read back")
                .isEqualTo(wanted);
    }

    private int number(PortName port) {
        Integer number = numbers.get(port);
        assertThat(number).as("number of " + port).isNotNull();
        return number;
    }

    private String from(PortName port, String packet) {
        return OVS.trace(BRIDGE.text(), "in_port=" + port + (packet.isEmpty() ? "" : "," + packet));
    }

    private static String to(PortName... ports) {
        List<String> names = new ArrayList<>();
        for (PortName port : ports) {
            names.add(port.text());
        }
        return "Datapath actions: " + String.join(",", names);
    }

    @Test
    void anIsolatedChainChangesNothing() {
        ChainPlan plan = wired(Chains.one(0x11, "any", 100, FailurePolicy.CLOSED));
        String before = from(Chains.UPLINK, "tcp,dl_dst=02:00:00:00:0b:bb");
        apply(plan, Stage.ISOLATED);
        assertThat(from(Chains.UPLINK, "tcp,dl_dst=02:00:00:00:0b:bb"))
                .isEqualTo(before)
                .isEqualTo(to(Chains.SERVERS, OTHER));
        plan.taps().forEach(tap -> assertThat(from(tap, "tcp")).isEqualTo(DROP));
    }

    @Test
    void aSteeredChainPassesItsMachineAndComesBackToNothing() {
        ChainPlan plan = wired(Chains.one(0x11, "any", 100, FailurePolicy.CLOSED));
        apply(plan, Stage.ISOLATED);
        apply(plan, Stage.STEERED);
        PortName outside = plan.taps().get(0);
        PortName inside = plan.taps().get(1);
        assertThat(from(Chains.UPLINK, "arp")).isEqualTo(to(outside));
        assertThat(from(inside, "arp")).isEqualTo(to(Chains.SERVERS));
        assertThat(from(Chains.SERVERS, "ipv6")).isEqualTo(to(inside));
        assertThat(from(outside, "ipv6")).isEqualTo(to(Chains.UPLINK));
        assertThat(from(OTHER, "ip,dl_dst=ff:ff:ff:ff:ff:ff"))
                .as("unclaimed")
                .isEqualTo(to(Chains.UPLINK, Chains.SERVERS));

        connection.apply(RuleDiff.changes(
                SwitchRules.NONE,
                new FoundRules(connection.observe()).ofChain(plan.id().bits())));
        assertThat(connection.ourGroups()).isEmpty();
        assertThat(new FoundRules(connection.observe()).chains()).isEmpty();
        assertThat(connection.observe().ofBridge().flows()).hasSize(8);
    }

    @Test
    void theSwitchFollowsTheFailurePolicyByItself() {
        ChainPlan open = wired(Chains.one(0x11, "tcp", 100, FailurePolicy.OPEN));
        ChainPlan closed = wired(Chains.one(0x22, "udp", 100, FailurePolicy.CLOSED));
        apply(open, Stage.STEERED);
        apply(closed, Stage.STEERED);
        assertThat(from(Chains.UPLINK, "tcp")).isEqualTo(to(open.taps().get(0)));
        assertThat(from(Chains.UPLINK, "udp")).isEqualTo(to(closed.taps().get(0)));

        open.taps().forEach(tap -> OVS.setLink(tap.text(), false));
        closed.taps().forEach(tap -> OVS.setLink(tap.text(), false));
        assertThat(from(Chains.UPLINK, "tcp")).isEqualTo(to(Chains.SERVERS));
        assertThat(from(Chains.SERVERS, "tcp")).isEqualTo(to(Chains.UPLINK));
        assertThat(from(Chains.UPLINK, "udp")).isEqualTo(DROP);
        assertThat(from(Chains.SERVERS, "udp")).isEqualTo(DROP);

        open.taps().forEach(tap -> OVS.setLink(tap.text(), true));
        assertThat(from(Chains.UPLINK, "tcp")).isEqualTo(to(open.taps().get(0)));
    }

    @Test
    void anOpenChainOfTwoSkipsTheMachineThatIsDown() {
        ChainPlan plan = wired(Chains.two(0x11, "any", FailurePolicy.OPEN));
        apply(plan, Stage.STEERED);
        List<PortName> taps = plan.taps();
        assertThat(from(Chains.UPLINK, "tcp")).isEqualTo(to(taps.get(0)));
        assertThat(from(taps.get(1), "tcp")).isEqualTo(to(taps.get(2)));
        OVS.setLink(taps.get(0).text(), false);
        OVS.setLink(taps.get(1).text(), false);
        assertThat(from(Chains.UPLINK, "tcp")).isEqualTo(to(taps.get(2)));
        assertThat(from(taps.get(2), "tcp")).isEqualTo(to(Chains.UPLINK));
        OVS.setLink(taps.get(2).text(), false);
        OVS.setLink(taps.get(3).text(), false);
        assertThat(from(Chains.UPLINK, "tcp")).isEqualTo(to(Chains.SERVERS));
        assertThat(from(Chains.SERVERS, "tcp")).isEqualTo(to(Chains.UPLINK));
    }

    @Test
    void fragmentsAndErrorsOfAPortMatchedFlowDoNotWalkAroundItsChain() {
        ChainPlan plan =
                wired(Chains.one(0x11, "udp,nw_src=198.51.100.7,nw_dst=10.0.0.2,tp_dst=53", 100, FailurePolicy.CLOSED));
        apply(plan, Stage.STEERED);
        String in = to(plan.taps().get(0));
        String back = to(plan.taps().get(1));
        String there = "nw_src=198.51.100.7,nw_dst=10.0.0.2";
        String backwards = "nw_src=10.0.0.2,nw_dst=198.51.100.7";

        assertThat(from(Chains.UPLINK, "udp,udp_dst=53," + there)).isEqualTo(in);
        assertThat(from(Chains.UPLINK, "udp,nw_frag=later," + there)).isEqualTo(in);
        assertThat(from(Chains.SERVERS, "udp,nw_frag=later," + backwards)).isEqualTo(back);
        assertThat(from(Chains.SERVERS, "icmp,icmp_type=3,icmp_code=4,nw_src=203.0.113.1,nw_dst=198.51.100.7"))
                .as("a router behind servers: fragmentation needed")
                .isEqualTo(back);
        assertThat(from(Chains.UPLINK, "icmp,icmp_type=11,nw_src=203.0.113.1,nw_dst=10.0.0.2"))
                .as("a router behind uplink: time exceeded for an answer")
                .isEqualTo(in);
        String around = to(Chains.SERVERS, OTHER);
        assertThat(from(Chains.UPLINK, "udp,udp_dst=54," + there)).isEqualTo(around);
        assertThat(from(Chains.UPLINK, "tcp,nw_frag=later," + there)).isEqualTo(around);
        assertThat(from(Chains.UPLINK, "icmp,icmp_type=8," + there)).isEqualTo(around);
        assertThat(from(Chains.UPLINK, "icmp,icmp_type=3,nw_src=203.0.113.1,nw_dst=10.0.0.9"))
                .isEqualTo(around);
    }

    @Test
    void laterFragmentsOfIp6HaveNoProtocolAndTakeTheChainToo() {
        ChainPlan plan = wired(Chains.one(0x11, "udp6,ipv6_dst=2001:db8::2", 100, FailurePolicy.CLOSED));
        apply(plan, Stage.STEERED);
        // Ethernet, IPv6 with a fragment header whose offset is not 0, upper protocol UDP.
        String frame = B + A + "86dd" + "60000000" + "0010" + "2c" + "40"
                + "20010db8000000000000000000000007" + "20010db8000000000000000000000002"
                + "11000101" + "00000001" + "0011223344556677";
        int tap = number(plan.taps().get(0));
        OVS.receive(Chains.UPLINK.text(), frame);
        awaitSent(tap, 1);
    }

    @Test
    void whatMayBelongToTwoChainsIsDropped() {
        ChainPlan web = wired(Chains.one(0x11, "tcp,nw_dst=10.0.0.2,tp_dst=80", 100, FailurePolicy.CLOSED));
        ChainPlan tls = wired(Chains.one(0x22, "tcp,nw_dst=10.0.0.0/24,tp_dst=443", 100, FailurePolicy.CLOSED));
        ChainPlan rest = wired(Chains.one(0x33, "udp", 50, FailurePolicy.CLOSED));
        List.of(web, tls, rest).forEach(plan -> apply(plan, Stage.STEERED));
        applyBase(List.of(web, tls, rest));
        assertThat(from(Chains.UPLINK, "tcp,nw_dst=10.0.0.2,tp_dst=80"))
                .isEqualTo(to(web.taps().get(0)));
        assertThat(from(Chains.UPLINK, "tcp,nw_dst=10.0.0.2,tp_dst=443"))
                .isEqualTo(to(tls.taps().get(0)));
        assertThat(from(Chains.UPLINK, "tcp,nw_dst=10.0.0.2,nw_frag=later")).isEqualTo(DROP);
        assertThat(from(Chains.UPLINK, "tcp,nw_dst=10.0.0.3,nw_frag=later"))
                .isEqualTo(to(tls.taps().get(0)));
        assertThat(from(Chains.UPLINK, "udp,nw_dst=10.0.0.2,nw_frag=later"))
                .isEqualTo(to(rest.taps().get(0)));
        assertThat(from(Chains.UPLINK, "icmp,icmp_type=3,nw_dst=10.0.0.2")).isEqualTo(DROP);
    }

    @Test
    void probesReachUsAndNeverAMachineFromOutside() {
        ChainPlan plan = wired(Chains.one(0x11, "any", 100, FailurePolicy.CLOSED));
        apply(plan, Stage.ISOLATED);
        String mac = plan.machines().get(0).devices().get(0).mac().toString();
        assertThat(from(Chains.UPLINK, "dl_type=0x88b5,dl_dst=" + mac)).isEqualTo(DROP);
        assertThat(from(plan.taps().get(1), "dl_type=0x88b5,dl_src=" + mac + ",dl_dst=02:00:00:00:00:99"))
                .contains("userspace(");
        assertThat(from(plan.taps().get(1), "dl_type=0x88b5,dl_src=02:00:00:00:00:77"))
                .isEqualTo(DROP);
    }

    @Test
    void anAddressIsLearntWhereItsTrafficComesFromOutsideAndNowhereElse() {
        ChainPlan plan = wired(Chains.one(0x11, "udp", 100, FailurePolicy.CLOSED));
        apply(plan, Stage.STEERED);
        String arp = "0806" + "0001080006040001" + A + "c6336407" + "000000000000" + "0a000002";
        String udp = "0800" + "45000020000100004011" + "0000" + "c63364070a000002" + "00350035000c0000" + "00112233";

        OVS.receive(Chains.UPLINK.text(), "ffffffffffff" + A + arp + "00".repeat(18));
        awaitSent(number(Chains.SERVERS), 1);
        awaitSent(number(OTHER), 1);
        await("a's place")
                .atMost(BOUND)
                .until(() -> connection.observe().learnt().size() == 1);
        FlowRule place = connection.observe().learnt().get(0);
        assertThat(place.key().match().toString()).contains("dl_dst=02:00:00:00:0a:aa");
        assertThat(place.actions()).containsExactly(RuleAction.output(number(Chains.UPLINK)));

        // The same station's claimed packet comes out of the machine by the other device.
        OVS.receive(plan.taps().get(1).text(), B + A + udp);
        awaitSent(number(Chains.SERVERS), 2);
        // And an unclaimed one that the machine makes up.
        OVS.receive(plan.taps().get(1).text(), B + "020000000ccc" + arp);
        awaitSent(number(Chains.SERVERS), 3);
        assertThat(connection.observe().learnt()).containsExactly(place);

        assertThat(from(Chains.SERVERS, "arp,dl_dst=02:00:00:00:0a:aa")).isEqualTo(to(Chains.UPLINK));
        assertThat(from(Chains.SERVERS, "arp,dl_vlan=7,dl_dst=02:00:00:00:0a:aa"))
                .as("places are told apart by VLAN")
                .isEqualTo(to(Chains.UPLINK, OTHER));
        assertThat(from(Chains.UPLINK, "arp,dl_dst=02:00:00:00:0a:aa"))
                .as("its own segment")
                .isEqualTo(DROP);
        assertThat(from(Chains.UPLINK, "dl_dst=01:80:c2:00:00:00"))
                .as("spanning tree")
                .isEqualTo(DROP);
        assertThat(from(Chains.UPLINK, "dl_src=01:00:5e:00:00:01,arp")).isEqualTo(DROP);
        for (PortName tap : plan.taps()) {
            assertThat(sent(number(tap))).as("nothing floods into " + tap).isZero();
        }
    }

    @Test
    void everNewAddressesDoNotFillTheSwitch() {
        assertThat(OVS.vsctl("get", "flow_table", "flowstream-places", "flow_limit", "overflow_policy")
                        .lines())
                .containsExactly("16384", "evict");
        OVS.vsctl("set", "flow_table", "flowstream-places", "flow_limit=5");
        for (int i = 0; i < 20; i++) {
            OVS.receive(
                    Chains.UPLINK.text(),
                    "ffffffffffff" + String.format(Locale.ROOT, "0200000001%02x", i) + "0806" + "00".repeat(46));
        }
        awaitSent(number(OTHER), 20);
        assertThat(connection.observe().learnt()).hasSize(4);
        assertThat(from(Chains.SERVERS, "arp,dl_dst=02:00:00:00:01:13"))
                .as("the latest")
                .isEqualTo(to(Chains.UPLINK));
        assertThat(connection.observe().ofBridge().flows())
                .as("our own rules stay")
                .hasSize(8);
    }

    @Test
    void aRestartedSwitchPassesNothingUntilItsRulesAreBack() {
        ChainPlan plan = wired(Chains.one(0x11, "any", 100, FailurePolicy.OPEN));
        apply(plan, Stage.STEERED);
        SwitchRules before = connection.observe();
        List<SwitchRules> found = new ArrayList<>();
        try (SwitchLink link = new SwitchLink(OVS.management(BRIDGE.text()), SwitchEvents.NONE, BOUND, fresh -> {
            synchronized (found) {
                found.add(fresh.observe());
            }
        })) {
            await("first connection").atMost(BOUND).until(link::isConnected);
            OVS.stopDaemon();
            OVS.startDaemon();
            await("new connection").atMost(BOUND).until(() -> {
                synchronized (found) {
                    return found.size() == 2 && link.isConnected();
                }
            });
            assertThat(found).containsExactly(before, SwitchRules.NONE);
            assertThat(from(Chains.UPLINK, "tcp")).as("secure").isEqualTo(DROP);

            link.connection().apply(RuleDiff.changes(before, link.connection().observe()));
            assertThat(link.connection().observe()).isEqualTo(before);
            assertThat(from(Chains.UPLINK, "tcp")).isEqualTo(to(plan.taps().get(0)));
        }
    }

    private void awaitSent(int port, long packets) {
        await("port " + port + " sent " + packets).atMost(BOUND).until(() -> sent(port) >= packets);
        assertThat(sent(port)).isEqualTo(packets);
    }

    private long sent(int port) {
        return connection.portCounters().stream()
                .filter(counters -> counters.number() == port)
                .findFirst()
                .orElseThrow()
                .sentPackets();
    }
}
