package org.flowstream.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.flowstream.chain.ChainPlan;
import org.flowstream.model.PortName;

/**
 * The chains that take packets on a bridge beside one whose rules change. What they have in common with it changes in the
 * same bundle: between two, a packet that may belong to either would go the way of one, or around both.
 *
 * @param plans the others
 * @param wanted the rules of one of them
 * @param numbers of the bridge's ports
 * @param common the id that tells what chains have in common from another installation's, 0 on the own bridge
 * @param settled whether their rules on the bridge are those wanted: else some may still need what is to go
 */
public record OtherChains(
        List<ChainPlan> plans,
        Function<ChainPlan, SwitchRules> wanted,
        Map<PortName, Integer> numbers,
        long common,
        boolean settled) {
    public OtherChains {
        plans = List.copyOf(plans);
    }

    /** The changes by which a chain comes to take packets, by these rules. */
    public List<SwitchChange> steer(ChainPlan plan, SwitchRules rules, FoundRules found) {
        List<ChainPlan> all = new ArrayList<>(plans);
        all.add(plan);
        Set<FlowRule> there = Set.copyOf(found.all().flows());
        List<SwitchChange> changes = new ArrayList<>();
        Set<FlowRule> drops =
                new LinkedHashSet<>(BridgeRules.common(all, numbers, common).flows());
        drops.stream()
                .filter(rule -> !there.contains(rule))
                .<SwitchChange>map(SwitchChange.AddFlow::new)
                .forEach(changes::add);
        long id = plan.id().bits();
        changes.addAll(RuleDiff.changes(found.besideOthers(id, rules), found.ofChain(id)));
        if (settled) {
            // The chain took packets of these before: left behind, they would take the others' packets from them.
            found.all().flows().stream()
                    .filter(rule -> rule.isAmbiguous() && new Cookie(rule.cookie()).id() == common)
                    .filter(rule -> !drops.contains(rule))
                    .<SwitchChange>map(SwitchChange.DeleteFlow::new)
                    .forEach(changes::add);
        }
        return handOver(changes);
    }

    /** The changes after which nothing is left of these rules of a chain. */
    public List<SwitchChange> clear(SwitchRules foundOfChain) {
        return handOver(RuleDiff.changes(SwitchRules.NONE, foundOfChain));
    }

    /** A companion that stood for several chains is another's from now on: its place is never empty. */
    private List<SwitchChange> handOver(List<SwitchChange> changes) {
        if (changes.stream().noneMatch(OtherChains::isOfCompanion)) {
            return changes;
        }
        Map<FlowKey, FlowRule> heirs = new HashMap<>();
        plans.forEach(plan -> wanted.apply(plan).companions().forEach(rule -> heirs.putIfAbsent(rule.key(), rule)));
        return changes.stream()
                .map(change -> change instanceof SwitchChange.DeleteFlow delete
                                && heirs.containsKey(delete.rule().key())
                        ? new SwitchChange.AddFlow(heirs.get(delete.rule().key()))
                        : change)
                .toList();
    }

    /** Whether a companion's rule goes. */
    private static boolean isOfCompanion(SwitchChange change) {
        return change instanceof SwitchChange.DeleteFlow delete && SwitchRules.isCompanion(delete.rule());
    }
}
