package org.flowstream.reconcile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.MachineId;
import org.flowstream.model.PortName;
import org.flowstream.plan.Desired;
import org.flowstream.plan.DesiredChain;
import org.flowstream.plan.ObservedBridge;
import org.flowstream.plan.ObservedRules;
import org.flowstream.rules.BridgeRules;
import org.flowstream.rules.RuleCompiler;
import org.flowstream.rules.RuleDiff;
import org.flowstream.rules.SwitchChange;
import org.flowstream.rules.SwitchRules;
import org.flowstream.rules.Unclaimed;

/**
 * The rules that a bridge should have, and how those found on it compare.
 *
 * @param numbers of the bridge's ports
 * @param held machines that are to get no packets
 * @param watched the taps on which machines speak BFD
 * @param common the id of what our chains have in common on a bridge of others
 */
record WantedRules(
        BridgeName bridge,
        Desired desired,
        Map<PortName, Integer> numbers,
        Set<MachineId> held,
        Map<MachineId, PortName> watched,
        ChainId common) {
    SwitchRules ofChain(ChainPlan plan, Stage stage) {
        return RuleCompiler.compile(plan, stage, numbers, held, watched);
    }

    /**
     * How the rules of each chain compare that has some here. An undeclared one that another installation's taps belong
     * to is left out: it is that one's.
     *
     * @param othersTaps numbers of the taps that carry another installation's tag
     */
    List<ObservedRules> chains(SwitchRules found, Set<Integer> othersTaps) {
        Map<Long, ChainPlan> plans =
                plans().stream().collect(Collectors.toMap(plan -> plan.id().bits(), plan -> plan));
        List<ObservedRules> rules = new ArrayList<>();
        for (long id : new TreeSet<>(found.chains())) {
            ChainPlan plan = plans.get(id);
            boolean others = found.ofChain(id).flows().stream()
                    .flatMapToInt(rule -> rule.key().match().inPort().stream())
                    .anyMatch(othersTaps::contains);
            if (plan == null && others) {
                continue;
            }
            ObservedRules.State state = plan == null ? ObservedRules.State.OTHER : state(plan, found);
            rules.add(new ObservedRules(bridge, new ChainId(id), state));
        }
        return rules;
    }

    /** How the rules of a chain compare. */
    ObservedRules.State state(ChainPlan plan, SwitchRules found) {
        long id = plan.id().bits();
        SwitchRules there = found.ofChain(id);
        SwitchRules steered = ofChain(plan, Stage.STEERED).besideOthers(id, found);
        if (RuleDiff.changes(steered, there).isEmpty()) {
            return ObservedRules.State.STEERED;
        }
        return RuleDiff.changes(ofChain(plan, Stage.ISOLATED), there).isEmpty()
                ? ObservedRules.State.ISOLATED
                : ObservedRules.State.OTHER;
    }

    /** How the rules compare that serve the bridge as a whole. */
    ObservedBridge.BaseRules base(SwitchRules found) {
        if (baseChanges(found).isEmpty()) {
            return ObservedBridge.BaseRules.RIGHT;
        }
        return base(found, isOwn()).isEmpty() ? ObservedBridge.BaseRules.NONE : ObservedBridge.BaseRules.WRONG;
    }

    /** What has to change for them to be right: left-over groups and what was learnt of ports that went included. */
    List<SwitchChange> baseChanges(SwitchRules found) {
        // What is common to chains is about those whose flows are steered, which the rules found tell.
        List<ChainPlan> steered = plans().stream()
                .filter(plan -> state(plan, found) == ObservedRules.State.STEERED)
                .toList();
        boolean own = isOwn();
        SwitchRules wanted = own
                ? BridgeRules.own(Unclaimed.SWITCHED, externalNumbers(), steered, numbers)
                : BridgeRules.foreign(steered, numbers, common);
        List<SwitchChange> changes = new ArrayList<>(RuleDiff.changes(wanted, base(found, own)));
        if (own) {
            changes.addAll(BridgeRules.forget(found, externalNumbers()));
        }
        found.unusedGroups().forEach(group -> changes.add(new SwitchChange.DeleteGroup(group.id())));
        return changes;
    }

    /**
     * The same, and in one go with it the rules of chains that were ready once: where they are missing, because the switch
     * restarted or a port came late, their flows would go around them as soon as unclaimed traffic is switched.
     */
    List<SwitchChange> openingChanges(SwitchRules found) {
        if (!isOwn()) {
            return baseChanges(found);
        }
        SwitchRules claimed = found;
        for (DesiredChain chain : desired.chains()) {
            ChainPlan plan = chain.plan();
            if (chain.wasReady()
                    && plan.bridge().equals(bridge)
                    && state(plan, claimed) != ObservedRules.State.STEERED) {
                claimed = claimed.with(
                        plan.id().bits(),
                        ofChain(plan, Stage.STEERED).besideOthers(plan.id().bits(), claimed));
            }
        }
        List<SwitchChange> changes = new ArrayList<>(RuleDiff.changes(claimed, found));
        changes.addAll(baseChanges(claimed));
        return changes;
    }

    private boolean isOwn() {
        return bridge.equals(desired.ownBridge());
    }

    private SwitchRules base(SwitchRules found, boolean own) {
        return own ? found.ofBridge() : found.common(common.bits());
    }

    private List<ChainPlan> plans() {
        return desired.chains().stream()
                .map(DesiredChain::plan)
                .filter(plan -> plan.bridge().equals(bridge))
                .toList();
    }

    private List<Integer> externalNumbers() {
        return desired.ports().stream()
                .filter(port -> port.bridge().equals(bridge))
                .map(ExternalPort::name)
                .filter(numbers::containsKey)
                .map(numbers::get)
                .toList();
    }
}
