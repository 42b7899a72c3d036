package org.flowstream.openflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.flowstream.net.FlowMatch;
import org.flowstream.rules.ActionField;
import org.flowstream.rules.Cookie;
import org.flowstream.rules.FlowRule;
import org.flowstream.rules.GroupRule;
import org.flowstream.rules.Learnt;
import org.flowstream.rules.RuleAction;
import org.flowstream.rules.RuleMatch;
import org.flowstream.rules.Subfield;
import org.flowstream.rules.SwitchChange;
import org.flowstream.rules.SwitchPorts;
import org.flowstream.testing.PrivateSwitch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rules, groups, packets and counters of a real ovs-vswitchd. */
final class OpenFlowConnectionTest {
    @RegisterExtension
    static final PrivateSwitch OVS = new PrivateSwitch();

    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final Cookie COOKIE = Cookie.of(Cookie.Kind.BASE, 0);
    private static final String FRAME = "ffffffffffff0200000000010800" + "00".repeat(46);

    private final LinkedBlockingQueue<PacketIn> packets = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<PortChange> portChanges = new LinkedBlockingQueue<>();
    private OpenFlowConnection connection;

    OpenFlowConnectionTest() {}

    @BeforeAll
    static void bridge() {
        List<String> line = new ArrayList<>(List.of("add-br", "br0", "--", "set", "bridge", "br0", "fail_mode=secure"));
        for (int port = 1; port <= 4; port++) {
            line.addAll(List.of("--", "add-port", "br0", "p" + port, "--"));
            line.addAll(List.of("set", "interface", "p" + port, "ofport_request=" + port));
        }
        OVS.vsctl(line.toArray(String[]::new));
    }

    @BeforeEach
    void connect() {
        SwitchEvents events = new SwitchEvents() {
            @Override
            public void packetIn(PacketIn packet) {
                packets.add(packet);
            }

            @Override
            public void portChanged(PortChange change) {
                portChanges.add(change);
            }
        };
        connection = OpenFlowConnection.open(OVS.management("br0"), events, BOUND);
    }

    @AfterEach
    void empty() {
        connection.close();
        OVS.ofctl("del-flows", "br0");
        OVS.ofctl("del-groups", "br0");
    }

    @Test
    void rulesAreReadBackAsTheyWereWritten() {
        List<FlowRule> rules = List.of(
                flow(0, 0, RuleMatch.ALL),
                flow(0, 50000, RuleMatch.inPort(3), RuleAction.output(4)),
                flow(0, 1000, match(1, "tcp,nw_dst=10.0.0.2,tp_dst=80"), RuleAction.output(SwitchPorts.IN_PORT)),
                flow(0, 1001, match(1, "tcp,nw_src=10.0.0.0/24,tcp_flags=+syn-ack"), RuleAction.output(2)),
                flow(0, 1002, match(1, "udp,tp_src=0x40/0xffc0"), RuleAction.output(2)),
                flow(0, 1003, match(1, "ip,nw_frag=later,nw_tos=32,nw_ecn=1,nw_ttl=3"), RuleAction.output(2)),
                flow(0, 1004, match(1, "icmp,icmp_type=3,icmp_code=4"), RuleAction.output(2)),
                flow(0, 1005, match(1, "icmp6,icmp_type=135,nd_target=2001:db8::1"), RuleAction.output(2)),
                flow(0, 1006, match(1, "sctp6,ipv6_dst=2001:db8::/33,tp_dst=9"), RuleAction.output(2)),
                flow(0, 1007, match(1, "udp6,ipv6_src=::1,ipv6_label=0x12345"), RuleAction.output(2)),
                flow(
                        0,
                        1008,
                        match(1, "arp,arp_op=1,arp_tpa=10.0.0.2,arp_sha=02:00:00:00:00:01"),
                        RuleAction.output(2)),
                flow(0, 1009, match(1, "dl_vlan=7,dl_vlan_pcp=3,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00")),
                flow(0, 1010, match(1, "vlan_tci=0x1000/0x1000,dl_type=0x88b5"), RuleAction.output(SwitchPorts.LOCAL)),
                flow(0, 1011, match(1, "vlan_tci=0"), new RuleAction.Output(SwitchPorts.CONTROLLER, 128)),
                flow(0, 1012, match(2, ""), new RuleAction.ToController(OpenFlowConnection.CONTROLLER_ID, 128)),
                flow(0, 1013, match(2, ""), new RuleAction.Resubmit(Optional.empty(), 9)),
                flow(0, 1014, match(2, ""), new RuleAction.Resubmit(Optional.of(4), 9)),
                flow(
                        0,
                        1015,
                        match(2, ""),
                        new RuleAction.Load(new Subfield(ActionField.NXM_NX_REG0, 4, 8), 0x5a),
                        new RuleAction.Move(
                                Subfield.all(ActionField.NXM_OF_ETH_SRC), Subfield.all(ActionField.NXM_OF_ETH_DST)),
                        new RuleAction.GoToTable(7)),
                flow(10, 100, RuleMatch.inPort(1), learn(), new RuleAction.GoToTable(20)),
                flow(20, 5, match(1, "ip"), RuleAction.output(3)).withHardTimeout(600));

        connection.apply(adds(rules));

        assertThat(connection.ourFlows().stream().map(ObservedFlow::rule)).containsExactlyInAnyOrderElementsOf(rules);
        assertThat(connection.allFlows()).hasSameSizeAs(rules);
    }

    @Test
    void ovsOfctlReadsOurTextAndUnderstandsTheSame() {
        List<FlowRule> rules = List.of(
                flow(0, 1000, match(1, "tcp,nw_dst=10.0.0.2,tp_dst=80"), RuleAction.output(2)),
                flow(0, 1001, match(1, "dl_vlan=7,ip,nw_frag=later"), new RuleAction.ToController(0x466c, 99)),
                flow(10, 100, RuleMatch.inPort(1), learn(), new RuleAction.GoToTable(20)),
                flow(0, 1003, match(1, "udp,tp_dst=53"), RuleAction.output(2)),
                flow(0, 7, RuleMatch.ALL).withHardTimeout(60));
        for (FlowRule rule : rules) {
            OVS.ofctl("add-flow", "br0", rule.toString());
        }
        GroupRule group = new GroupRule(
                GroupRule.FIRST + 9,
                GroupRule.Type.FAST_FAILOVER,
                List.of(GroupRule.Bucket.whileLive(2), GroupRule.Bucket.whileLive(3)));
        OVS.ofctl("add-group", "br0", group.toString());

        assertThat(connection.ourFlows().stream().map(ObservedFlow::rule)).containsExactlyInAnyOrderElementsOf(rules);
        assertThat(connection.ourGroups()).containsExactly(group);
    }

    @Test
    void aRuleOfOthersIsReadAndNeverOurs() {
        OVS.ofctl("add-flow", "br0", "cookie=0x77,priority=5,mpls,mpls_label=4,actions=pop_mpls:0x0800,output:2");

        assertThat(connection.ourFlows()).isEmpty();
        FlowRule theirs = connection.allFlows().get(0).rule();
        assertThat(theirs.isOurs()).isFalse();
        assertThat(theirs.key().match().unknown()).isNotEmpty();
        assertThat(theirs.actions()).contains(RuleAction.output(2));
        assertThatThrownBy(() -> new SwitchChange.DeleteFlow(theirs))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a rule of ours: cookie=0x0000000000000077");
    }

    @Test
    void aDeleteTakesExactlyItsRule() {
        FlowRule kept = flow(0, 1000, match(1, "ip"), RuleAction.output(2));
        FlowRule gone = flow(0, 1001, match(1, "ip"), RuleAction.output(2));
        FlowRule all = flow(0, 0, RuleMatch.ALL);
        FlowRule otherCookie = FlowRule.of(Cookie.of(Cookie.Kind.ENTER, 5), 0, 1000, match(1, "ip"));
        connection.apply(adds(List.of(kept, gone, all)));
        OVS.ofctl("add-flow", "br0", "cookie=0x77,priority=9,actions=drop");

        connection.apply(List.of(
                new SwitchChange.DeleteFlow(gone),
                new SwitchChange.DeleteFlow(all),
                new SwitchChange.DeleteFlow(otherCookie)));

        assertThat(connection.ourFlows().stream().map(ObservedFlow::rule)).containsExactly(kept);
        assertThat(connection.allFlows()).hasSize(2);
    }

    @Test
    void aBundleIsAllOrNothingAndNamesWhatWasRefused() {
        FlowRule good = flow(0, 1000, match(1, "ip"), RuleAction.output(2));
        FlowRule bad = flow(0, 1001, match(1, "ip"), new RuleAction.ToGroup(GroupRule.FIRST + 77));

        assertThatThrownBy(() -> connection.apply(adds(List.of(good, bad))))
                .isInstanceOf(SwitchRefusedException.class)
                .hasMessageContaining("no such group")
                .hasMessageContaining("add flow " + bad);
        assertThat(connection.ourFlows()).isEmpty();

        connection.apply(adds(List.of(good)));
        assertThat(connection.ourFlows()).hasSize(1);
    }

    @Test
    void ofManyTheRefusedOneIsNamed() {
        List<FlowRule> rules = new ArrayList<>(many(20_000));
        FlowRule bad = flow(0, 1001, match(1, "ip"), new RuleAction.ToGroup(GroupRule.FIRST + 77));
        rules.set(13_000, bad);
        assertThatThrownBy(() -> connection.apply(adds(rules)))
                .isInstanceOfSatisfying(
                        SwitchRefusedException.class,
                        refused -> assertThat(refused.refusals())
                                .extracting(SwitchRefusedException.Refusal::asked)
                                .containsExactly("add flow " + bad));
        assertThat(connection.ourFlows()).isEmpty();
    }

    @Test
    void oneChainIsReadByItself() {
        FlowRule entry = FlowRule.of(Cookie.of(Cookie.Kind.ENTER, 5), 0, 1000, match(1, "ip"), RuleAction.output(2));
        FlowRule probe = FlowRule.of(Cookie.of(Cookie.Kind.PROBE, 5), 0, 1001, match(1, "ip"));
        FlowRule another = FlowRule.of(Cookie.of(Cookie.Kind.ENTER, 6), 0, 1002, match(1, "ip"));
        connection.apply(adds(List.of(entry, probe, another)));
        OVS.ofctl("add-flow", "br0", "cookie=5,priority=5,actions=drop");
        assertThat(connection.observeChain(5).flows()).containsExactlyInAnyOrder(entry, probe);
    }

    @Test
    void groupsAreMadeChangedAndRemovedWithTheRulesThatUseThem() {
        GroupRule open = failover(2, 3);
        FlowRule rule = flow(0, 1000, RuleMatch.inPort(1), new RuleAction.ToGroup(open.id()));
        connection.apply(List.of(new SwitchChange.AddGroup(open), new SwitchChange.AddFlow(rule)));
        assertThat(connection.ourGroups()).containsExactly(open);

        connection.apply(List.of(new SwitchChange.ModifyGroup(failover(4))));
        assertThat(connection.ourGroups()).containsExactly(failover(4));
        assertThatThrownBy(() -> connection.apply(List.of(new SwitchChange.AddGroup(open))))
                .isInstanceOf(SwitchRefusedException.class)
                .hasMessageContaining("the group exists already");

        connection.apply(List.of(new SwitchChange.DeleteFlow(rule), new SwitchChange.DeleteGroup(open.id())));
        assertThat(connection.ourGroups()).isEmpty();
        assertThat(connection.ourFlows()).isEmpty();
    }

    @Test
    void groupsOfOthersAreNotShown() {
        OVS.ofctl("add-group", "br0", "group_id=5,type=all,bucket=actions=output:1");
        assertThat(connection.ourGroups()).isEmpty();
    }

    @Test
    void packetsComeFromOurRulesAloneAndSayWhichRule() throws InterruptedException {
        connection.apply(adds(List.of(flow(
                0, 1000, RuleMatch.inPort(1), new RuleAction.ToController(OpenFlowConnection.CONTROLLER_ID, 0xffff)))));
        OVS.ofctl("add-flow", "br0", "priority=1000,in_port=2,actions=CONTROLLER");

        OVS.receive("p2", FRAME);
        OVS.receive("p1", FRAME);

        PacketIn packet = packets.poll(BOUND.toSeconds(), TimeUnit.SECONDS);
        assertThat(packet).isNotNull();
        assertThat(packet.inPort()).isEqualTo(1);
        assertThat(packet.cookie()).isEqualTo(COOKIE.bits());
        assertThat(packet.length()).isEqualTo(60);
        assertThat(HexFormat.of().formatHex(packet.data())).isEqualTo(FRAME);
        connection.barrier();
        assertThat(packets).isEmpty();
    }

    @Test
    void packetsGoOutOfOnePort() {
        long before = OVS.sent("p3");
        connection.packetOut(
                SwitchPorts.CONTROLLER,
                List.of(RuleAction.output(3)),
                HexFormat.of().parseHex(FRAME));
        await("a frame sent by p3")
                .atMost(BOUND)
                .until(() -> connection.portCounters().stream()
                                .filter(port -> port.number() == 3)
                                .findFirst()
                                .orElseThrow()
                                .sentPackets()
                        == before + 1);
        assertThatThrownBy(() -> connection.packetOut(
                        SwitchPorts.CONTROLLER,
                        List.of(new RuleAction.ToGroup(GroupRule.FIRST + 77)),
                        HexFormat.of().parseHex(FRAME)))
                .isInstanceOf(SwitchRefusedException.class)
                .hasMessageContaining("packet out of 60 bytes");
    }

    @Test
    void portsAreSeenToGoDownAndComeBack() {
        assertThat(connection.ports().stream().map(PortDescription::name)).contains("p1", "p2", "p3", "p4", "br0");
        OVS.setLink("p4", false);
        await("p4 down").atMost(BOUND).until(() -> portChanges.stream().anyMatch(change -> isP4(change, false)));
        portChanges.clear();
        OVS.setLink("p4", true);
        await("p4 up").atMost(BOUND).until(() -> portChanges.stream().anyMatch(change -> isP4(change, true)));
    }

    private static boolean isP4(PortChange change, boolean live) {
        return change.port().name().equals("p4") && change.port().isLive() == live;
    }

    @Test
    void aDumpLongerThanOneMessageIsReadWhole() {
        List<FlowRule> many = many(5000);
        connection.apply(adds(many));
        assertThat(connection.ourFlows().stream().map(ObservedFlow::rule)).containsExactlyInAnyOrderElementsOf(many);
        assertThat(connection.tableCounters().get(0).rules()).isEqualTo(5000);
        connection.apply(
                many.stream().<SwitchChange>map(SwitchChange.DeleteFlow::new).toList());
        assertThat(connection.ourFlows()).isEmpty();
    }

    @Test
    void anAbsentSwitchIsOneClearLine() {
        Path nowhere = OVS.management("nowhere");
        assertThatThrownBy(() -> OpenFlowConnection.open(nowhere, SwitchEvents.NONE, BOUND))
                .isInstanceOf(SwitchUnreachableException.class)
                .hasMessage("cannot connect to " + nowhere + ": No such file or directory");
    }

    private static List<FlowRule> many(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> flow(
                        0, 1000, match(1, "tcp,nw_dst=10." + (i >> 8) + "." + (i & 255) + ".2"), RuleAction.output(2)))
                .toList();
    }

    private static RuleAction learn() {
        return new RuleAction.Learn(
                20,
                100,
                300,
                0,
                Cookie.of(Cookie.Kind.LEARNT, 0).bits(),
                List.of(
                        new Learnt.MatchSame(
                                new Subfield(ActionField.NXM_OF_VLAN_TCI, 0, 12),
                                new Subfield(ActionField.NXM_OF_VLAN_TCI, 0, 12)),
                        new Learnt.MatchSame(
                                Subfield.all(ActionField.NXM_OF_ETH_DST), Subfield.all(ActionField.NXM_OF_ETH_SRC)),
                        new Learnt.OutputTo(Subfield.all(ActionField.NXM_OF_IN_PORT))));
    }

    private static GroupRule failover(int... ports) {
        return new GroupRule(
                GroupRule.FIRST + 1,
                GroupRule.Type.FAST_FAILOVER,
                IntStream.of(ports).mapToObj(GroupRule.Bucket::whileLive).toList());
    }

    private static RuleMatch match(int port, String flow) {
        return RuleMatch.inPort(port, FlowMatch.parse(flow));
    }

    private static FlowRule flow(int table, int priority, RuleMatch match, RuleAction... actions) {
        return FlowRule.of(COOKIE, table, priority, match, actions);
    }

    private static List<SwitchChange> adds(List<FlowRule> rules) {
        return rules.stream().<SwitchChange>map(SwitchChange.AddFlow::new).toList();
    }
}
