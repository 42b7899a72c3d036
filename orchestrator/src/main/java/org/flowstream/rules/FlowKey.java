package org.flowstream.rules;

/** What makes a rule that rule: a switch holds at most one for a table, priority and match. */
public record FlowKey(int table, int priority, RuleMatch match) {
    public FlowKey {
        if (table < 0 || table > 254) {
            throw new IllegalArgumentException(table + " is not a table (0 to 254)");
        }
        if (priority < 0 || priority > 0xffff) {
            throw new IllegalArgumentException(priority + " is not a priority (0 to 65535)");
        }
    }

    /** {@code table=0,priority=1000,in_port=3}. */
    @Override
    public String toString() {
        String rest = match.toString();
        return "table=" + table + ",priority=" + priority + (rest.isEmpty() ? "" : "," + rest);
    }
}
