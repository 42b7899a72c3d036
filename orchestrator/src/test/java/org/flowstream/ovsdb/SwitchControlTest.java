package org.flowstream.ovsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import org.flowstream.net.FrameFlow;
import org.flowstream.net.PacketText;
import org.flowstream.testing.PrivateSwitch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real ovs-vswitchd says of packets, as we read it. */
final class SwitchControlTest {
    @RegisterExtension
    static final PrivateSwitch OVS = new PrivateSwitch();

    private static final String BRIDGE = "br0";
    private static final String WEB = "ether(src=06:00:00:00:00:01, dst=06:00:00:00:00:02) / ip() / tcp(dport=80)";
    private static final String SSH = "ether(src=06:00:00:00:00:01, dst=06:00:00:00:00:02) / ip() / tcp(dport=22)";

    private SwitchControl control;

    SwitchControlTest() {}

    @BeforeEach
    void bridge() {
        control = SwitchControl.of(SwitchAddress.parse("unix:" + OVS.databaseSocket()));
        OVS.vsctl("add-br", BRIDGE, "--", "set", "bridge", BRIDGE, "fail-mode=secure");
        for (int number = 1; number <= 3; number++) {
            OVS.vsctl("add-port", BRIDGE, "p" + number, "--", "set", "int", "p" + number, "ofport_request=" + number);
        }
        OVS.ofctl(
                "add-group",
                BRIDGE,
                "group_id=0x466c0003,type=ff,bucket=watch_port:3,actions=output:3,bucket=watch_port:2,actions=output:2");
        flow("cookie=0x466c040000000001,priority=1402,in_port=1,tcp,tp_dst=80,actions=group:0x466c0003");
        flow("priority=0,actions=goto_table:10");
        flow("cookie=0x466c000000000000,table=10,priority=100,in_port=1,actions=learn(table=20,priority=100,"
                + "hard_timeout=300,NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),"
                + "goto_table:20");
        flow("cookie=0x466c000000000000,table=20,priority=0,actions=output:1,output:2,CONTROLLER:64");
    }

    @AfterEach
    void empty() {
        for (int number = 1; number <= 3; number++) {
            OVS.setLink("p" + number, true);
        }
        OVS.vsctl("del-br", BRIDGE);
    }

    private static void flow(String text) {
        OVS.ofctl("add-flow", BRIDGE, text);
    }

    private SwitchTrace trace(int port, String packet) {
        return control.trace(BRIDGE, port, FrameFlow.of(PacketText.parse(packet)));
    }

    @Test
    void portsAreFoundByName() {
        assertThat(control.ports())
                .containsEntry("p2", new SwitchControl.Port(BRIDGE, 2))
                .containsEntry(BRIDGE, new SwitchControl.Port(BRIDGE, 65534));
    }

    @Test
    void theRuleItsGroupAndTheBucketAreTold() {
        assertThat(trace(1, WEB).steps())
                .containsExactly(new SwitchTrace.Step(
                        BRIDGE,
                        0,
                        true,
                        "tcp,in_port=1,tp_dst=80",
                        1402,
                        0x466c_0400_0000_0001L,
                        List.of(
                                new SwitchTrace.Event.ToGroup(0x466c0003L),
                                new SwitchTrace.Event.Bucket(0),
                                new SwitchTrace.Event.Output(3))));
    }

    @Test
    void aBucketThatIsNotLiveIsTold() {
        OVS.setLink("p3", false);
        assertThat(trace(1, WEB).steps().get(0).events())
                .containsExactly(
                        new SwitchTrace.Event.ToGroup(0x466c0003L),
                        new SwitchTrace.Event.NotLive(0, "3"),
                        new SwitchTrace.Event.Bucket(1),
                        new SwitchTrace.Event.Output(2));
        OVS.setLink("p2", false);
        assertThat(trace(1, WEB).steps().get(0).events())
                .endsWith(new SwitchTrace.Event.NotLive(1, "2"), new SwitchTrace.Event.NoBucket());
        assertThat(trace(1, WEB).outputs()).isEmpty();
    }

    @Test
    void eachTableIsAStepAndNothingIsLearnt() {
        String before = OVS.ofctl("dump-flows", BRIDGE, "table=20").replaceAll("duration=[0-9.]+s", "");
        SwitchTrace trace = trace(1, SSH);
        assertThat(trace.steps().stream().map(SwitchTrace.Step::table)).containsExactly(0, 10, 20);
        assertThat(trace.steps().get(0).cookie()).isZero();
        assertThat(trace.steps().get(2).match()).isEmpty();
        // Not back to the port that it came by.
        assertThat(trace.steps().get(2).events())
                .containsExactly(new SwitchTrace.Event.Output(2), new SwitchTrace.Event.ToController());
        assertThat(OVS.ofctl("dump-flows", BRIDGE, "table=20").replaceAll("duration=[0-9.]+s", ""))
                .isEqualTo(before);
        // The same with a packet would have learnt, which is why it is not asked so.
        OVS.appctl("ofproto/trace", BRIDGE, "in_port=1", HexFormat.of().formatHex(PacketText.parse(SSH)));
        assertThat(OVS.ofctl("dump-flows", BRIDGE, "table=20")).contains("dl_dst=06:00:00:00:00:01");
    }

    @Test
    void noRuleAndNoBridgeAreTold() {
        SwitchTrace trace = trace(2, SSH);
        assertThat(trace.steps().get(1).matched()).isFalse();
        assertThat(trace.steps().get(1).table()).isEqualTo(10);
        assertThat(trace.outputs()).isEmpty();
        assertThatThrownBy(() -> control.trace("nosuch", 1, "ip"))
                .isInstanceOf(OvsdbUnavailableException.class)
                .hasMessage("ovs-vswitchd refuses ofproto/trace: nosuch: unknown bridge");
    }

    /** The switch itself reads the frame, and the flow that we make of it: it must see the same. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ether() / ip(tos=0xb9, ttl=3) / tcp(sport=1, dport=2, flags=SA)",
                "ether() / vlan(id=7, pcp=3) / ip() / udp()",
                "ether() / vlan(id=7) / vlan(id=8) / ip() / udp()",
                "ether() / ip(mf=1) / udp() / bytes(40)",
                "ether() / ip(frag=185, proto=17) / bytes(40)",
                "ether() / ip() / icmp(type=3, code=1) / ip() / udp()",
                "ether() / ip(proto=132) / hex(\"0001000200000000000000000000000000000000\")",
                "ether() / ip(proto=47) / bytes(20)",
                "ether() / ip(options=01010101) / tcp(dport=5)",
                "ether() / ip6(tc=0x51, hlim=9, flow=77) / tcp(dport=2)",
                "ether() / ip6() / frag6(frag=0, mf=1) / udp() / bytes(8)",
                "ether() / ip6() / frag6(frag=185, mf=0, next=17) / bytes(8)",
                "ether() / ip6() / icmp6(type=128)",
                "ether() / ip6(hlim=255) / icmp6(type=135) / hex(\"20010db80000000000000000000000020101060000000001\")",
                "ether() / ip6(hlim=255) / icmp6(type=136) / hex(\"20010db80000000000000000000000020201060000000001\")",
                "ether() / arp(op=1, spa=10.0.0.1, tpa=10.0.0.2)",
                "ether(type=0x88b5) / bytes(46)",
                "ether(type=0x26) / hex(\"424203\") / bytes(43)",
                "ether() / ip(length=20) / pad(26)",
            })
    void theFlowOfAFrameIsTheSwitchsOwn(String packet) {
        byte[] frame = PacketText.parse(packet);
        String hex = HexFormat.of().formatHex(frame);
        assertThat(seen(FrameFlow.of(frame))).isEqualTo(seen(hex));
    }

    /** The first line of ofproto/trace: the packet as the switch sees it. */
    private static String seen(String packet) {
        boolean frame = packet.matches("[0-9a-f]+");
        String answer = frame
                ? OVS.appctl("ofproto/trace", BRIDGE, "in_port=1", packet)
                : OVS.appctl("ofproto/trace", BRIDGE, "in_port=1," + packet);
        return answer.lines().findFirst().orElseThrow();
    }
}
