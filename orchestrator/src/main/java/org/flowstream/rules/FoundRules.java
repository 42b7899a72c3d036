package org.flowstream.rules;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Rules and groups found on a bridge, parted by chain once: with many chains there, each asks for its own. */
public final class FoundRules {
    private final SwitchRules all;
    private final Map<Long, SwitchRules> chains = new TreeMap<>();
    private final Map<FlowKey, Long> companions = new HashMap<>();

    public FoundRules(SwitchRules all) {
        this.all = all;
        Map<Long, List<FlowRule>> parts = new HashMap<>();
        for (FlowRule rule : all.flows()) {
            if (SwitchRules.isOfChain(rule)) {
                long id = new Cookie(rule.cookie()).id();
                parts.computeIfAbsent(id, each -> new ArrayList<>()).add(rule);
                if (SwitchRules.isCompanion(rule)) {
                    companions.put(rule.key(), id);
                }
            }
        }
        Map<Integer, GroupRule> groups = new HashMap<>();
        all.groups().forEach(group -> groups.put(group.id(), group));
        parts.forEach((id, flows) -> chains.put(
                id,
                new SwitchRules(
                        flows,
                        SwitchRules.groupsOf(flows.stream()).stream()
                                .filter(groups::containsKey)
                                .map(groups::get)
                                .toList())));
    }

    /** All of them, whoever's. */
    public SwitchRules all() {
        return all;
    }

    /** The ids of the chains that have rules here, from the lowest. */
    public Set<Long> chains() {
        Map<Long, SwitchRules> named = new TreeMap<>(chains);
        named.remove(0L);
        return Collections.unmodifiableSet(named.keySet());
    }

    /** The rules whose cookies carry a chain's id, and the groups they use. */
    public SwitchRules ofChain(long id) {
        return chains.getOrDefault(id, SwitchRules.NONE);
    }

    /**
     * A chain's rules without the companions in whose place another chain's stand already: a switch holds one rule for a
     * match, and what belongs to both is dropped above it anyway ({@link BridgeRules}).
     *
     * @param id of the chain that they are of
     */
    public SwitchRules besideOthers(long id, SwitchRules wanted) {
        return wanted.withoutCompanions(key -> companions.getOrDefault(key, id) != id);
    }

    /**
     * These with the rules of some chains in place of those that they have here, each beside the companions of the others.
     *
     * @param wanted by the chains' ids
     */
    public FoundRules with(Map<Long, SwitchRules> wanted) {
        Map<FlowKey, Long> standing = new HashMap<>(companions);
        standing.values().removeAll(wanted.keySet());
        Set<GroupRule> old = new HashSet<>();
        wanted.keySet().forEach(id -> old.addAll(ofChain(id).groups()));
        List<FlowRule> flows = new ArrayList<>(all.flows());
        flows.removeIf(rule -> SwitchRules.isOfChain(rule) && wanted.containsKey(new Cookie(rule.cookie()).id()));
        List<GroupRule> groups = new ArrayList<>(all.groups());
        groups.removeAll(old);
        wanted.forEach((id, rules) -> {
            SwitchRules beside = rules.withoutCompanions(
                    key -> !standing.getOrDefault(key, id).equals(id));
            beside.flows().stream().filter(SwitchRules::isCompanion).forEach(rule -> standing.put(rule.key(), id));
            flows.addAll(beside.flows());
            groups.addAll(beside.groups());
        });
        return new FoundRules(new SwitchRules(flows, groups));
    }
}
