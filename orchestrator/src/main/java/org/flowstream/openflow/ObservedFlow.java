package org.flowstream.openflow;

import java.util.List;
import org.flowstream.rules.FlowKey;
import org.flowstream.rules.FlowRule;
import org.flowstream.rules.RuleAction;
import org.flowstream.rules.RuleMatch;

/** A rule found in a switch, with its counters (OpenFlow 1.3.5, section 7.3.5.2). */
public record ObservedFlow(FlowRule rule, long packets, long bytes) {
    private static final int HEAD = 48;

    static ObservedFlow read(WireReader from) {
        int length = from.u16();
        if (length < HEAD) {
            throw new MalformedMessageException("flow description of " + length + " bytes");
        }
        WireReader body = from.part(length - 2);
        int table = body.u8();
        body.skip(1 + 4 + 4);
        int priority = body.u16();
        int idleTimeout = body.u16();
        int hardTimeout = body.u16();
        body.skip(2 + 4);
        long cookie = body.u64();
        long packets = body.u64();
        long bytes = body.u64();
        RuleMatch match = OxmCodec.readMatch(body);
        List<RuleAction> actions = ActionCodec.readInstructions(body);
        return new ObservedFlow(
                new FlowRule(cookie, new FlowKey(table, priority, match), actions, idleTimeout, hardTimeout),
                packets,
                bytes);
    }
}
