package org.flowstream.openflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.MacAddress;
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
import org.junit.jupiter.api.Test;
import org.projectfloodlight.openflow.exceptions.OFParseError;
import org.projectfloodlight.openflow.protocol.OFFactories;
import org.projectfloodlight.openflow.protocol.OFFlowAdd;
import org.projectfloodlight.openflow.protocol.OFFlowDeleteStrict;
import org.projectfloodlight.openflow.protocol.OFFlowStatsRequest;
import org.projectfloodlight.openflow.protocol.OFGroupAdd;
import org.projectfloodlight.openflow.protocol.OFGroupType;
import org.projectfloodlight.openflow.protocol.OFMessage;
import org.projectfloodlight.openflow.protocol.OFPacketOut;
import org.projectfloodlight.openflow.protocol.OFVersion;
import org.projectfloodlight.openflow.protocol.match.MatchField;

/** Our messages as others read them: ovs-ofctl's ofp-print, and openflowj. */
final class CodecTest {
    private static final Cookie COOKIE = Cookie.of(Cookie.Kind.ENTER, 0x12_3456_789aL);

    /** Header, in_port, eth_type, ip_proto and tcp_dst, without padding. */
    private static final int MATCH = 4 + 8 + 6 + 5 + 6;

    CodecTest() {}

    @Test
    void openflowjReadsAnAddAndWritesTheSameBytes() throws OFParseError {
        FlowRule rule = FlowRule.of(
                        COOKIE,
                        0,
                        1402,
                        RuleMatch.inPort(3, FlowMatch.parse("tcp,nw_dst=10.0.0.0/24,tp_dst=80")),
                        new RuleAction.ToGroup(0x466c0014))
                .withHardTimeout(60);
        Frame frame = Requests.change(7, new SwitchChange.AddFlow(rule));

        OFFlowAdd theirs = (OFFlowAdd) read(frame);
        assertThat(theirs.getXid()).isEqualTo(7);
        assertThat(theirs.getCookie().getValue()).isEqualTo(0x466c0412_3456789aL);
        assertThat(theirs.getPriority()).isEqualTo(1402);
        assertThat(theirs.getHardTimeout()).isEqualTo(60);
        assertThat(theirs.getMatch().get(MatchField.IN_PORT).getPortNumber()).isEqualTo(3);
        assertThat(theirs.getMatch().get(MatchField.TCP_DST).getPort()).isEqualTo(80);
        assertThat(theirs.getMatch().getMasked(MatchField.IPV4_DST)).hasToString("10.0.0.0/255.255.255.0");
        assertThat(theirs.getInstructions()).hasSize(1);
        assertThat(write(theirs)).isEqualTo(frame.toBytes());
    }

    @Test
    void openflowjReadsADeleteWithItsCookieMask() throws OFParseError {
        FlowRule rule = FlowRule.of(COOKIE, 20, 0, RuleMatch.ALL, RuleAction.output(1));
        Frame frame = Requests.change(7, new SwitchChange.DeleteFlow(rule));
        OFFlowDeleteStrict theirs = (OFFlowDeleteStrict) read(frame);
        assertThat(theirs.getCookieMask().getValue()).isEqualTo(-1L);
        assertThat(theirs.getTableId().getValue()).isEqualTo((short) 20);
        assertThat(write(theirs)).isEqualTo(frame.toBytes());
    }

    @Test
    void openflowjReadsAFailoverGroup() throws OFParseError {
        GroupRule group = new GroupRule(
                0x466c0014,
                GroupRule.Type.FAST_FAILOVER,
                List.of(GroupRule.Bucket.whileLive(20), GroupRule.Bucket.whileLive(2)));
        Frame frame = Requests.change(7, new SwitchChange.AddGroup(group));
        OFGroupAdd theirs = (OFGroupAdd) read(frame);
        assertThat(theirs.getGroupType()).isEqualTo(OFGroupType.FF);
        assertThat(theirs.getGroup().getGroupNumber()).isEqualTo(0x466c0014);
        assertThat(theirs.getBuckets()).hasSize(2);
        assertThat(theirs.getBuckets().get(1).getWatchPort().getPortNumber()).isEqualTo(2);
        assertThat(write(theirs)).isEqualTo(frame.toBytes());
    }

    @Test
    void openflowjReadsPacketsAndQuestions() throws OFParseError {
        Frame packet =
                Requests.packetOut(9, SwitchPorts.CONTROLLER, List.of(RuleAction.output(5)), new byte[] {1, 2, 3});
        OFPacketOut theirs = (OFPacketOut) read(packet);
        assertThat(theirs.getData()).containsExactly(1, 2, 3);
        assertThat(write(theirs)).isEqualTo(packet.toBytes());

        Frame question = Requests.flows(9, 0x466cL << 48, Cookie.OURS_MASK);
        OFFlowStatsRequest asked = (OFFlowStatsRequest) read(question);
        assertThat(asked.getCookieMask().getValue()).isEqualTo(0xffffL << 48);
        assertThat(write(asked)).isEqualTo(question.toBytes());

        for (Frame frame : List.of(
                Requests.barrier(1),
                Requests.echo(2),
                Requests.features(3),
                Requests.setConfig(4),
                Requests.setAsync(5),
                Requests.ask(6, MessageType.PART_PORT_DESCRIPTION),
                Requests.ask(6, MessageType.PART_GROUP_DESCRIPTION),
                Requests.ask(6, MessageType.PART_TABLE),
                Requests.counters(7, MessageType.PART_PORT, SwitchPorts.ANY),
                Requests.counters(7, MessageType.PART_GROUP, SwitchPorts.ALL),
                Requests.portMod(8, new PortDescription(3, MacAddress.parse("02:00:00:00:00:01"), "x", 0, 0), 1, 1))) {
            assertThat(write(read(frame))).as(frame.toString()).isEqualTo(frame.toBytes());
        }
    }

    @Test
    void ovsOfctlReadsWhatIsNicirasAndWhatIsInABundle() throws IOException, InterruptedException {
        Subfield vlan = new Subfield(ActionField.NXM_OF_VLAN_TCI, 0, 12);
        FlowRule rule = FlowRule.of(
                Cookie.of(Cookie.Kind.BASE, 0),
                10,
                100,
                RuleMatch.inPort(1, FlowMatch.parse("ip,nw_frag=later")),
                new RuleAction.Learn(
                        20,
                        100,
                        0,
                        300,
                        Cookie.of(Cookie.Kind.LEARNT, 0).bits(),
                        List.of(
                                new Learnt.MatchSame(vlan, vlan),
                                new Learnt.MatchSame(
                                        Subfield.all(ActionField.NXM_OF_ETH_DST),
                                        Subfield.all(ActionField.NXM_OF_ETH_SRC)),
                                new Learnt.OutputTo(Subfield.all(ActionField.NXM_OF_IN_PORT)))),
                new RuleAction.ToController(0x466c, 128),
                new RuleAction.Resubmit(Optional.empty(), 30),
                new RuleAction.GoToTable(20));
        Frame add = Requests.change(7, new SwitchChange.AddFlow(rule));
        assertThat(print(Requests.bundleAdd(3, add)))
                .contains("ONFT_BUNDLE_ADD_MESSAGE (OF1.3) (xid=0x7):\n bundle_id=0x3 flags=atomic ordered")
                .contains("OFPT_FLOW_MOD (OF1.3) (xid=0x7): ADD table:10 priority=100,ip,in_port=1,nw_frag=later"
                        + " cookie:0x466c000000000000 actions=learn(table=20,hard_timeout=300,priority=100,"
                        + "cookie=0x466c010000000000,NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],"
                        + "output:NXM_OF_IN_PORT[]),controller(max_len=128,id=18028),"
                        + "resubmit(,30),goto_table:20");
        assertThat(print(Requests.bundleControl(8, 3, Requests.BUNDLE_COMMIT)))
                .contains("type=COMMIT_REQUEST flags=atomic ordered");
        assertThat(print(Requests.setControllerId(8, 0x466c)))
                .contains("NXT_SET_CONTROLLER_ID")
                .contains("id=18028");
        assertThat(print(Requests.hello(8))).contains("version bitmap: 0x04");
        assertThat(print(Requests.setAsync(8))).contains("PACKET_IN: action");
    }

    @Test
    void whatIsCutShortIsSaidSo() {
        Frame flow = Requests.change(
                7,
                new SwitchChange.AddFlow(FlowRule.of(
                        COOKIE, 0, 1, RuleMatch.inPort(3, FlowMatch.parse("tcp,tp_dst=80")), RuleAction.output(2))));
        byte[] body = Arrays.copyOfRange(flow.toBytes(), Frame.HEADER + 40, flow.toBytes().length);
        for (int length = 0; length < MATCH; length++) {
            WireReader reader = new WireReader(Arrays.copyOf(body, length));
            assertThatThrownBy(() -> OxmCodec.readMatch(reader))
                    .as("cut to " + length)
                    .isInstanceOf(MalformedMessageException.class);
        }
        assertThatThrownBy(() -> PortDescription.read(new WireReader(new byte[63])))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageStartingWith("cut short: ");
    }

    @Property(tries = 2000)
    void anyBytesAreReadOrRefused(@ForAll byte[] bytes) {
        List<Consumer<WireReader>> readers = List.of(
                OxmCodec::readMatch,
                ActionCodec::readActions,
                ActionCodec::readInstructions,
                GroupCodec::readDescription,
                ObservedFlow::read,
                PacketIn::read,
                PortChange::read,
                GroupCounters::read,
                OpenFlowError::read);
        for (Consumer<WireReader> reader : readers) {
            try {
                reader.accept(new WireReader(bytes));
            } catch (MalformedMessageException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    @Property(tries = 500)
    void aDamagedRuleIsReadOrRefused(@ForAll int place, @ForAll byte value) {
        byte[] bytes = Requests.change(
                        7,
                        new SwitchChange.AddFlow(FlowRule.of(
                                COOKIE,
                                0,
                                1,
                                RuleMatch.inPort(3, FlowMatch.parse("tcp6,ipv6_dst=2001:db8::/33,tp_dst=80")),
                                new RuleAction.Load(new Subfield(ActionField.NXM_NX_REG0, 4, 8), 0x5a),
                                RuleAction.output(2))))
                .toBytes();
        byte[] tail = Arrays.copyOfRange(bytes, Frame.HEADER + 40, bytes.length);
        tail[Math.floorMod(place, tail.length)] = value;
        WireReader reader = new WireReader(tail);
        try {
            RuleMatch match = OxmCodec.readMatch(reader);
            WireReader again = new WireReader(tail);
            assertThat(OxmCodec.readInPort(again)).isEqualTo(match.inPort());
            assertThat(again.position()).isEqualTo(reader.position());
            assertThat(ActionCodec.readInstructions(reader)).isNotNull();
        } catch (MalformedMessageException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    @Test
    void errorsAreSaidInWords() {
        assertThat(OpenFlowError.read(reader("00060008aabb"))).hasToString("group-mod failed, no such group (6, 8)");
        assertThat(OpenFlowError.read(reader("00070063"))).hasToString("port-mod failed (7, 99)");
        assertThat(OpenFlowError.read(reader("ffff0000000023200002000401020304"))
                        .toString())
                .startsWith("Nicira's error");
    }

    private static WireReader reader(String hex) {
        return new WireReader(HexFormat.of().parseHex(hex));
    }

    private static OFMessage read(Frame frame) throws OFParseError {
        ByteBuf bytes = Unpooled.wrappedBuffer(frame.toBytes());
        OFMessage message = OFFactories.getFactory(OFVersion.OF_13).getReader().readFrom(bytes);
        assertThat(bytes.readableBytes()).as("bytes left").isZero();
        return message;
    }

    private static byte[] write(OFMessage message) {
        ByteBuf bytes = Unpooled.buffer();
        message.writeTo(bytes);
        byte[] all = new byte[bytes.readableBytes()];
        bytes.readBytes(all);
        return all;
    }

    private static String print(Frame frame) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "ovs-ofctl", "ofp-print", HexFormat.of().formatHex(frame.toBytes()))
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }
}
