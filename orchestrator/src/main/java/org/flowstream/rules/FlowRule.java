package org.flowstream.rules;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One rule in one of a switch's tables.
 *
 * @param cookie as on the wire; {@link Cookie} tells whether it is ours
 * @param actions in order; none drops
 * @param idleTimeout seconds without a packet until the switch removes it, 0 for never
 * @param hardTimeout seconds until the switch removes it, 0 for never
 */
public record FlowRule(long cookie, FlowKey key, List<RuleAction> actions, int idleTimeout, int hardTimeout) {
    public FlowRule {
        actions = List.copyOf(actions);
        for (int i = 0; i < actions.size(); i++) {
            if (actions.get(i) instanceof RuleAction.GoToTable next
                    && (i != actions.size() - 1 || next.table() <= key.table())) {
                throw new IllegalArgumentException("goto_table is last and goes forward: " + actions);
            }
        }
        if (idleTimeout < 0 || idleTimeout > 0xffff || hardTimeout < 0 || hardTimeout > 0xffff) {
            throw new IllegalArgumentException("time-outs are 0 to 65535 s: " + idleTimeout + ", " + hardTimeout);
        }
    }

    /** A rule of ours that stays until it is removed. */
    public static FlowRule of(Cookie cookie, int table, int priority, RuleMatch match, RuleAction... actions) {
        return new FlowRule(cookie.bits(), new FlowKey(table, priority, match), List.of(actions), 0, 0);
    }

    public boolean isOurs() {
        return Cookie.isOurs(cookie);
    }

    /** Whether it is of ours, and of this kind. */
    boolean isOf(Cookie.Kind kind) {
        return Cookie.isOf(cookie, kind);
    }

    /** Whether it drops what may belong to more than one chain. */
    public boolean isAmbiguous() {
        return isOf(Cookie.Kind.AMBIGUOUS);
    }

    /** Whether it says what becomes of what leaves a machine. */
    public boolean isOfLeaving() {
        return isOf(Cookie.Kind.LEAVE);
    }

    /** Whether it sends to us what it matches. */
    public boolean leadsToUs() {
        return actions.stream().anyMatch(RuleAction.ToController.class::isInstance);
    }

    /** The same rule, removed by the switch after so many seconds: a lease. */
    public FlowRule withHardTimeout(int seconds) {
        return new FlowRule(cookie, key, actions, idleTimeout, seconds);
    }

    /** A line that ovs-ofctl add-flow reads: {@code cookie=…, table=…,priority=…,MATCH actions=…}. */
    @Override
    public String toString() {
        return "cookie=" + Cookie.text(cookie)
                + (idleTimeout == 0 ? "" : ", idle_timeout=" + idleTimeout)
                + (hardTimeout == 0 ? "" : ", hard_timeout=" + hardTimeout)
                + ", " + key + " actions="
                + (actions.isEmpty()
                        ? "drop"
                        : actions.stream().map(RuleAction::toString).collect(Collectors.joining(",")));
    }
}
