package org.flowstream.rules;

import java.util.List;
import java.util.stream.Stream;
import org.flowstream.net.FlowMatch;

/**
 * The rules by which the daemon looks at some of a port's TCP and UDP packets, which go on as unclaimed traffic.
 *
 * <p>They stand above all others and are leases: the switch removes them by itself. For a port of the own bridge that no
 * chain uses yet, since what they take would walk around one.
 */
public final class Samples {
    private static final int PRIORITY = 65_000;
    private static final int WHOLE = 0xffff;

    private Samples() {}

    /**
     * Of a port, for so many seconds.
     *
     * @param unclaimed what becomes of the packets besides
     */
    public static List<FlowRule> of(int port, int seconds, Unclaimed unclaimed) {
        RuleAction copy = new RuleAction.ToController(RuleCompiler.CONTROLLER_ID, WHOLE);
        RuleAction[] actions = unclaimed == Unclaimed.SWITCHED
                ? new RuleAction[] {copy, new RuleAction.GoToTable(BridgeRules.UNCLAIMED)}
                : new RuleAction[] {copy};
        return Stream.of("tcp", "tcp6", "udp", "udp6")
                .map(flow -> FlowRule.of(
                                Cookie.of(Cookie.Kind.SAMPLE, 0),
                                0,
                                PRIORITY,
                                RuleMatch.inPort(port, FlowMatch.parse(flow)),
                                actions)
                        .withHardTimeout(seconds))
                .toList();
    }
}
