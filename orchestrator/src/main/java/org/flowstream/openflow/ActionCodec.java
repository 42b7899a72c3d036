package org.flowstream.openflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.flowstream.rules.ActionField;
import org.flowstream.rules.RuleAction;
import org.flowstream.rules.Subfield;

/**
 * Actions and instructions on the wire (OpenFlow 1.3.5, sections 7.2.4 and 7.2.5; Nicira's from Open vSwitch's
 * lib/ofp-actions.c).
 */
final class ActionCodec {
    static final int NICIRA = 0x0000_2320;

    private static final int OUTPUT = 0;
    private static final int GROUP = 22;
    private static final int EXPERIMENTER = 0xffff;

    private static final int NX_MOVE = 6;
    private static final int NX_LOAD = 7;
    private static final int NX_RESUBMIT_TABLE = 14;
    private static final int NX_LEARN = 16;
    private static final int NX_CONTROLLER = 20;

    private static final int INSTRUCTION_GOTO = 1;
    private static final int INSTRUCTION_APPLY = 4;

    private ActionCodec() {}

    /** A rule's actions as instructions: one apply-actions, then one goto-table. */
    static void writeInstructions(WireWriter to, List<RuleAction> actions) {
        List<RuleAction> applied = new ArrayList<>(actions);
        Optional<RuleAction.GoToTable> next = Optional.empty();
        if (!actions.isEmpty() && actions.get(actions.size() - 1) instanceof RuleAction.GoToTable last) {
            next = Optional.of(last);
            applied.remove(applied.size() - 1);
        }
        if (!applied.isEmpty()) {
            int start = to.position();
            to.u16(INSTRUCTION_APPLY).u16(0).zeros(4);
            writeActions(to, applied);
            to.patch16(start + 2, to.position() - start);
        }
        next.ifPresent(
                target -> to.u16(INSTRUCTION_GOTO).u16(8).u8(target.table()).zeros(3));
    }

    static List<RuleAction> readInstructions(WireReader from) {
        List<RuleAction> actions = new ArrayList<>();
        while (from.remaining() > 0) {
            int type = from.u16();
            WireReader body = body(from);
            if (type == INSTRUCTION_APPLY) {
                body.skip(4);
                actions.addAll(readActions(body));
            } else if (type == INSTRUCTION_GOTO) {
                actions.add(new RuleAction.GoToTable(body.u8()));
            } else {
                actions.add(new RuleAction.Unknown(hex(type) + body.hex()));
            }
        }
        return actions;
    }

    static void writeActions(WireWriter to, List<RuleAction> actions) {
        for (RuleAction each : actions) {
            int start = to.position();
            if (each instanceof RuleAction.Output output) {
                to.u16(OUTPUT).u16(0).u32(output.port()).u16(output.maxLength()).zeros(6);
            } else if (each instanceof RuleAction.ToGroup group) {
                to.u16(GROUP).u16(0).u32(group.id());
            } else {
                to.u16(EXPERIMENTER).u16(0).u32(NICIRA);
                writeNicira(to, each);
            }
            to.padTo8(start);
            to.patch16(start + 2, to.position() - start);
        }
    }

    private static void writeNicira(WireWriter to, RuleAction action) {
        if (action instanceof RuleAction.ToController controller) {
            to.u16(NX_CONTROLLER);
            to.u16(controller.maxLength()).u16(controller.controllerId()).u8(1).u8(0);
        } else if (action instanceof RuleAction.Resubmit resubmit) {
            to.u16(NX_RESUBMIT_TABLE);
            to.u16(resubmit.port().map(port -> port & 0xffff).orElse(0xfff8))
                    .u8(resubmit.table())
                    .zeros(3);
        } else if (action instanceof RuleAction.Load load) {
            to.u16(NX_LOAD);
            to.u16(load.target().offset() << 6 | (load.target().bits() - 1));
            OxmCodec.writeActionHeader(to, load.target().field());
            to.u64(load.value());
        } else if (action instanceof RuleAction.Move move) {
            to.u16(NX_MOVE);
            to.u16(move.source().bits())
                    .u16(move.source().offset())
                    .u16(move.target().offset());
            OxmCodec.writeActionHeader(to, move.source().field());
            OxmCodec.writeActionHeader(to, move.target().field());
        } else if (action instanceof RuleAction.Learn learn) {
            to.u16(NX_LEARN);
            LearnCodec.write(to, learn);
        } else {
            throw new IllegalArgumentException("cannot be sent as an action: " + action);
        }
    }

    static List<RuleAction> readActions(WireReader from) {
        List<RuleAction> actions = new ArrayList<>();
        while (from.remaining() > 0) {
            int type = from.u16();
            WireReader body = body(from);
            WireReader again = body.copy();
            try {
                actions.add(readAction(type, body).orElseGet(() -> new RuleAction.Unknown(hex(type) + again.hex())));
            } catch (OxmCodec.UnknownFieldException | IllegalArgumentException e) {
                actions.add(new RuleAction.Unknown(hex(type) + again.hex()));
            }
        }
        return actions;
    }

    /** The bytes of an action or instruction behind its type and length. */
    private static WireReader body(WireReader from) {
        int length = from.u16();
        if (length < 8) {
            throw new MalformedMessageException("an action or instruction of " + length + " bytes");
        }
        return from.part(length - 4);
    }

    private static Optional<RuleAction> readAction(int type, WireReader body) {
        switch (type) {
            case OUTPUT -> {
                return Optional.of(new RuleAction.Output(body.u32(), body.u16()));
            }
            case GROUP -> {
                return Optional.of(new RuleAction.ToGroup(body.u32()));
            }
            case EXPERIMENTER -> {
                return body.u32() == NICIRA ? readNicira(body) : Optional.empty();
            }
            default -> {
                return Optional.empty();
            }
        }
    }

    private static Optional<RuleAction> readNicira(WireReader body) {
        switch (body.u16()) {
            case NX_CONTROLLER -> {
                int maxLength = body.u16();
                return Optional.of(new RuleAction.ToController(body.u16(), maxLength));
            }
            case NX_RESUBMIT_TABLE -> {
                int port = body.u16();
                Optional<Integer> from = port == 0xfff8 ? Optional.empty() : Optional.of(widen(port));
                return Optional.of(new RuleAction.Resubmit(from, body.u8()));
            }
            case NX_LOAD -> {
                int place = body.u16();
                ActionField field = OxmCodec.readActionHeader(body);
                return Optional.of(
                        new RuleAction.Load(new Subfield(field, place >>> 6, (place & 0x3f) + 1), body.u64()));
            }
            case NX_MOVE -> {
                int bits = body.u16();
                int sourceOffset = body.u16();
                int targetOffset = body.u16();
                ActionField source = OxmCodec.readActionHeader(body);
                ActionField target = OxmCodec.readActionHeader(body);
                return Optional.of(new RuleAction.Move(
                        new Subfield(source, sourceOffset, bits), new Subfield(target, targetOffset, bits)));
            }
            case NX_LEARN -> {
                return Optional.of(LearnCodec.read(body));
            }
            default -> {
                return Optional.empty();
            }
        }
    }

    /** Reserved 16-bit port numbers lie at the end of the 32-bit range too. */
    private static int widen(int port) {
        return port >= 0xff00 ? port | 0xffff_0000 : port;
    }

    private static String hex(int type) {
        return String.format(Locale.ROOT, "%04x", type);
    }
}
