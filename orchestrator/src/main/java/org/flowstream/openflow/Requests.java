package org.flowstream.openflow;

import java.util.List;
import org.flowstream.rules.FlowRule;
import org.flowstream.rules.GroupRule;
import org.flowstream.rules.RuleAction;
import org.flowstream.rules.RuleMatch;
import org.flowstream.rules.SwitchChange;
import org.flowstream.rules.SwitchPorts;

/** What we say to a switch, as OpenFlow 1.3 messages; bundles as that version carries them (ONF extension EXT-230). */
final class Requests {
    static final int VERSION = 4;
    static final int NO_BUFFER = 0xffff_ffff;

    static final int BUNDLE_OPEN = 0;
    static final int BUNDLE_OPENED = 1;
    static final int BUNDLE_COMMIT = 4;
    static final int BUNDLE_COMMITTED = 5;
    static final int BUNDLE_DISCARD = 6;
    static final int ONF = 0x4f4e_4600;
    static final int BUNDLE_CONTROL = 2300;

    private static final int BUNDLE_ADD = 2301;
    private static final int BUNDLE_ATOMIC_ORDERED = 3;
    private static final int NX_SET_CONTROLLER_ID = 20;
    private static final int FLOW_ADD = 0;
    private static final int FLOW_DELETE_STRICT = 4;
    private static final int ALL_TABLES = 0xff;
    private static final int REASON_ACTION = 1 << 1;
    private static final int ALL_PORT_REASONS = 7;

    private Requests() {}

    private static Frame frame(int type, int xid, WireWriter body) {
        return new Frame(VERSION, type, xid, body.toBytes());
    }

    private static Frame frame(int type, int xid) {
        return new Frame(VERSION, type, xid, new byte[0]);
    }

    /** Names 1.3 alone, in the version bitmap too: Open vSwitch 3.1 would take 1.5. */
    static Frame hello(int xid) {
        return frame(MessageType.HELLO, xid, new WireWriter().u16(1).u16(8).u32(1 << VERSION));
    }

    static Frame echo(int xid) {
        return frame(MessageType.ECHO_REQUEST, xid);
    }

    static Frame echoReply(Frame request) {
        return request.with(request.version(), MessageType.ECHO_REPLY);
    }

    static Frame features(int xid) {
        return frame(MessageType.FEATURES_REQUEST, xid);
    }

    /** Without it a service controller gets no packets; they come whole. */
    static Frame setConfig(int xid) {
        return frame(MessageType.SET_CONFIG, xid, new WireWriter().u16(0).u16(0xffff));
    }

    /** What may come unasked: packets sent by rules, and changes of ports. For the master role, then the slave's. */
    static Frame setAsync(int xid) {
        return frame(
                MessageType.SET_ASYNC,
                xid,
                new WireWriter()
                        .u32(REASON_ACTION)
                        .u32(0)
                        .u32(ALL_PORT_REASONS)
                        .u32(ALL_PORT_REASONS)
                        .u32(0)
                        .u32(0));
    }

    /** The id by which {@link RuleAction.ToController} reaches this connection. */
    static Frame setControllerId(int xid, int id) {
        return frame(
                MessageType.EXPERIMENTER,
                xid,
                new WireWriter()
                        .u32(ActionCodec.NICIRA)
                        .u32(NX_SET_CONTROLLER_ID)
                        .zeros(6)
                        .u16(id));
    }

    static Frame barrier(int xid) {
        return frame(MessageType.BARRIER_REQUEST, xid);
    }

    static Frame change(int xid, SwitchChange change) {
        if (change instanceof SwitchChange.AddFlow add) {
            return flowMod(xid, FLOW_ADD, add.rule());
        } else if (change instanceof SwitchChange.DeleteFlow delete) {
            return flowMod(xid, FLOW_DELETE_STRICT, delete.rule());
        } else if (change instanceof SwitchChange.AddGroup add) {
            return groupMod(xid, 0, add.group());
        } else if (change instanceof SwitchChange.ModifyGroup modify) {
            return groupMod(xid, 1, modify.group());
        } else if (change instanceof SwitchChange.DeleteGroup delete) {
            return groupMod(xid, 2, new GroupRule(delete.id(), GroupRule.Type.ALL, List.of()));
        }
        throw new IllegalArgumentException("cannot be sent: " + change);
    }

    private static Frame flowMod(int xid, int command, FlowRule rule) {
        boolean add = command == FLOW_ADD;
        WireWriter body = new WireWriter()
                .u64(rule.cookie())
                .u64(add ? 0 : -1L)
                .u8(rule.key().table())
                .u8(command)
                .u16(rule.idleTimeout())
                .u16(rule.hardTimeout())
                .u16(rule.key().priority())
                .u32(NO_BUFFER)
                .u32(SwitchPorts.ANY)
                .u32(SwitchPorts.ANY)
                .u16(0)
                .u16(0);
        OxmCodec.writeMatch(body, rule.key().match());
        if (add) {
            ActionCodec.writeInstructions(body, rule.actions());
        }
        return frame(MessageType.FLOW_MOD, xid, body);
    }

    private static Frame groupMod(int xid, int command, GroupRule group) {
        WireWriter body = new WireWriter()
                .u16(command)
                .u8(GroupCodec.typeNumber(group.type()))
                .u8(0)
                .u32(group.id());
        GroupCodec.writeBuckets(body, group.buckets());
        return frame(MessageType.GROUP_MOD, xid, body);
    }

    /** Turns configuration bits of a port on and off; the address must be the port's. */
    static Frame portMod(int xid, PortDescription port, int config, int mask) {
        return frame(
                MessageType.PORT_MOD,
                xid,
                new WireWriter()
                        .u32(port.number())
                        .zeros(4)
                        .bytes(port.address().toBytes())
                        .zeros(2)
                        .u32(config)
                        .u32(mask)
                        .u32(0)
                        .zeros(4));
    }

    static Frame packetOut(int xid, int inPort, List<RuleAction> actions, byte[] packet) {
        WireWriter body = new WireWriter().u32(NO_BUFFER).u32(inPort);
        int length = body.position();
        body.u16(0).zeros(6);
        int start = body.position();
        ActionCodec.writeActions(body, actions);
        body.patch16(length, body.position() - start);
        return frame(MessageType.PACKET_OUT, xid, body.bytes(packet));
    }

    /** Asks for rules whose cookie agrees with {@code cookie} in the bits of {@code mask}. */
    static Frame flows(int xid, long cookie, long mask) {
        WireWriter body = multipart(MessageType.PART_FLOW)
                .u8(ALL_TABLES)
                .zeros(3)
                .u32(SwitchPorts.ANY)
                .u32(SwitchPorts.ANY)
                .zeros(4)
                .u64(cookie)
                .u64(mask);
        OxmCodec.writeMatch(body, RuleMatch.ALL);
        return frame(MessageType.MULTIPART_REQUEST, xid, body);
    }

    /** A question of one of the kinds without a body: description, tables, group and port descriptions. */
    static Frame ask(int xid, int kind) {
        return frame(MessageType.MULTIPART_REQUEST, xid, multipart(kind));
    }

    /** Counters of a port or group, {@link SwitchPorts#ANY} for all ports; all groups are 0xfffffffc. */
    static Frame counters(int xid, int kind, int number) {
        return frame(
                MessageType.MULTIPART_REQUEST, xid, multipart(kind).u32(number).zeros(4));
    }

    private static WireWriter multipart(int kind) {
        return new WireWriter().u16(kind).u16(0).zeros(4);
    }

    static Frame bundleControl(int xid, int bundle, int step) {
        return frame(
                MessageType.EXPERIMENTER,
                xid,
                new WireWriter()
                        .u32(ONF)
                        .u32(BUNDLE_CONTROL)
                        .u32(bundle)
                        .u16(step)
                        .u16(BUNDLE_ATOMIC_ORDERED));
    }

    /** Puts a message into a bundle; both carry the same xid. */
    static Frame bundleAdd(int bundle, Frame message) {
        return frame(
                MessageType.EXPERIMENTER,
                message.xid(),
                new WireWriter()
                        .u32(ONF)
                        .u32(BUNDLE_ADD)
                        .u32(bundle)
                        .u16(0)
                        .u16(BUNDLE_ATOMIC_ORDERED)
                        .bytes(message.toBytes()));
    }
}
