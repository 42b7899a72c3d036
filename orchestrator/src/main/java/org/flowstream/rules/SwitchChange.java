package org.flowstream.rules;

/**
 * One change to a switch's tables or groups.
 *
 * <p>There is no change that could reach another's rule: a rule is added under a cookie of ours, and deleted by its
 * exact table, priority, match and cookie; a group's number is from our range.
 */
public sealed interface SwitchChange {
    /** Puts a rule in, in place of one of the same table, priority and match. */
    record AddFlow(FlowRule rule) implements SwitchChange {
        public AddFlow {
            requireOurs(rule);
        }

        @Override
        public String toString() {
            return "add flow " + rule;
        }
    }

    /** Takes out the rule of exactly this table, priority, match and cookie; if it is not there, nothing happens. */
    record DeleteFlow(FlowRule rule) implements SwitchChange {
        public DeleteFlow {
            requireOurs(rule);
        }

        @Override
        public String toString() {
            return "delete flow " + rule;
        }
    }

    /** Makes a group that is not there. */
    record AddGroup(GroupRule group) implements SwitchChange {
        public AddGroup {
            requireOurs(group.id());
        }

        @Override
        public String toString() {
            return "add group " + group;
        }
    }

    /** Gives a group other buckets; packets meet the old ones or the new ones, never none. */
    record ModifyGroup(GroupRule group) implements SwitchChange {
        public ModifyGroup {
            requireOurs(group.id());
        }

        @Override
        public String toString() {
            return "modify group " + group;
        }
    }

    /** Removes a group; the switch removes rules that still point to it. */
    record DeleteGroup(int id) implements SwitchChange {
        public DeleteGroup {
            requireOurs(id);
        }

        @Override
        public String toString() {
            return "delete group " + GroupRule.text(id);
        }
    }

    private static void requireOurs(FlowRule rule) {
        if (!rule.isOurs()) {
            throw new IllegalArgumentException("not a rule of ours: " + rule);
        }
        if (!rule.key().match().unknown().isEmpty()) {
            throw new IllegalArgumentException("matches what we cannot write: " + rule);
        }
    }

    private static void requireOurs(int group) {
        if (!GroupRule.isOurs(group)) {
            throw new IllegalArgumentException("not a group of ours: " + GroupRule.text(group));
        }
    }
}
