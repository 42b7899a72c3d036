package org.flowstream.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What has to change on a bridge for the rules found to become those wanted, and what stands in the way. */
public final class RuleDiff {
    private RuleDiff() {}

    /**
     * The changes, in an order in which no rule points to a group that is not there: what is right stays untouched, with
     * its counters.
     *
     * @param found of the same scope as {@code wanted}: what is found and not wanted is deleted
     */
    public static List<SwitchChange> changes(SwitchRules wanted, SwitchRules found) {
        List<SwitchChange> changes = new ArrayList<>();
        Map<Integer, GroupRule> groups = new HashMap<>();
        found.groups().forEach(group -> groups.put(group.id(), group));
        for (GroupRule group : wanted.groups()) {
            GroupRule old = groups.remove(group.id());
            if (old == null) {
                changes.add(new SwitchChange.AddGroup(group));
            } else if (!old.equals(group)) {
                changes.add(new SwitchChange.ModifyGroup(group));
            }
        }
        Set<FlowRule> there = new HashSet<>(found.flows());
        Set<FlowKey> replaced = new HashSet<>();
        for (FlowRule rule : wanted.flows()) {
            if (!there.remove(rule)) {
                changes.add(new SwitchChange.AddFlow(rule));
                replaced.add(rule.key());
            }
        }
        for (FlowRule rule : found.flows()) {
            if (there.contains(rule) && !replaced.contains(rule.key())) {
                changes.add(new SwitchChange.DeleteFlow(rule));
            }
        }
        groups.keySet().stream().sorted().forEach(id -> changes.add(new SwitchChange.DeleteGroup(id)));
        return changes;
    }

    /**
     * Rules of others on the same bridge in whose place a wanted one would be put, since a switch holds one rule for a
     * table, priority and match. Only a bridge of others has such.
     */
    public static List<FlowRule> conflicts(SwitchRules wanted, List<FlowRule> allFound) {
        Set<FlowKey> keys = new HashSet<>();
        wanted.flows().forEach(rule -> keys.add(rule.key()));
        return allFound.stream()
                .filter(rule -> !rule.isOurs() && keys.contains(rule.key()))
                .toList();
    }
}
