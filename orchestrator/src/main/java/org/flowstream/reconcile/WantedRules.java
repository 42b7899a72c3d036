package org.flowstream.reconcile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
import org.flowstream.rules.FoundRules;
import org.flowstream.rules.OtherChains;
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

    /** How the rules of each declared chain compare: looked at once, since all that follows hangs on it. */
    Map<Long, ObservedRules.State> states(FoundRules found) {
        Map<Long, ObservedRules.State> states = new HashMap<>();
        plans().forEach(plan -> states.put(plan.id().bits(), state(plan, found)));
        return states;
    }

    /**
     * How the rules of each chain compare that has some here. An undeclared one that another installation's taps belong
     * to is left out: it is that one's.
     *
     * @param states as {@link #states} says
     * @param othersTaps numbers of the taps that carry another installation's tag
     */
    List<ObservedRules> chains(FoundRules found, Map<Long, ObservedRules.State> states, Set<Integer> othersTaps) {
        List<ObservedRules> rules = new ArrayList<>();
        for (long id : found.chains()) {
            ObservedRules.State state = states.get(id);
            boolean others = state == null
                    && found.ofChain(id).flows().stream()
                            .flatMapToInt(rule -> rule.key().match().inPort().stream())
                            .anyMatch(othersTaps::contains);
            if (!others) {
                rules.add(
                        new ObservedRules(bridge, new ChainId(id), state == null ? ObservedRules.State.OTHER : state));
            }
        }
        return rules;
    }

    /** How the rules of a chain compare. */
    ObservedRules.State state(ChainPlan plan, FoundRules found) {
        long id = plan.id().bits();
        SwitchRules there = found.ofChain(id);
        SwitchRules steered = found.besideOthers(id, ofChain(plan, Stage.STEERED));
        if (RuleDiff.changes(steered, there).isEmpty()) {
            return ObservedRules.State.STEERED;
        }
        return RuleDiff.changes(ofChain(plan, Stage.ISOLATED), there).isEmpty()
                ? ObservedRules.State.ISOLATED
                : ObservedRules.State.OTHER;
    }

    /**
     * What has to change for the rules of a chain to be those of a stage.
     *
     * @param found all rules of the bridge, where the chain takes packets beside others ({@link #isBesideOthers})
     */
    List<SwitchChange> changes(ChainPlan plan, Stage stage, FoundRules found) {
        SwitchRules wanted = ofChain(plan, stage);
        long id = plan.id().bits();
        return stage == Stage.STEERED && isBesideOthers(plan)
                ? others(plan.id(), found).steer(plan, wanted, found)
                : RuleDiff.changes(found.besideOthers(id, wanted), found.ofChain(id));
    }

    /** What has to change for nothing to be left of a chain. */
    List<SwitchChange> cleared(ChainId chain, FoundRules found) {
        return others(chain, found).clear(found.ofChain(chain.bits()));
    }

    private OtherChains others(ChainId chain, FoundRules found) {
        Map<Long, ObservedRules.State> states = states(found);
        List<ChainPlan> others = claiming(found, states).stream()
                .filter(plan -> !plan.id().equals(chain))
                .toList();
        return new OtherChains(
                others,
                plan -> ofChain(plan, Stage.STEERED),
                numbers,
                isOwn() ? 0 : common.bits(),
                found.chains().stream().noneMatch(id -> id != chain.bits() && isInMotion(id, states)));
    }

    /** Whether a chain takes packets by entries of its own, of which it may have some in common with other chains. */
    boolean isBesideOthers(ChainPlan plan) {
        return plan.role() == ChainPlan.Role.WHOLE || plan.role() == ChainPlan.Role.ENTRANCE;
    }

    /** The chains that take packets by rules of their own entries, also those whose rules are about to be others. */
    private List<ChainPlan> claiming(FoundRules found, Map<Long, ObservedRules.State> states) {
        return plans().stream()
                .filter(this::isBesideOthers)
                .filter(plan -> !found.ofChain(plan.id().bits()).isEmpty()
                        && states.get(plan.id().bits()) != ObservedRules.State.ISOLATED)
                .toList();
    }

    /** How the rules compare that serve the bridge as a whole. */
    ObservedBridge.BaseRules base(FoundRules found, Map<Long, ObservedRules.State> states) {
        if (baseChanges(found, states).isEmpty()) {
            return ObservedBridge.BaseRules.RIGHT;
        }
        return base(found.all(), isOwn()).isEmpty() ? ObservedBridge.BaseRules.NONE : ObservedBridge.BaseRules.WRONG;
    }

    /** What has to change for them to be right: left-over groups and what was learnt of ports that went included. */
    List<SwitchChange> baseChanges(FoundRules found, Map<Long, ObservedRules.State> states) {
        // What is common to chains is about those whose flows are steered, which the rules found tell.
        List<ChainPlan> steered = claiming(found, states);
        boolean own = isOwn();
        SwitchRules wanted = own
                ? BridgeRules.own(Unclaimed.SWITCHED, externalNumbers(), steered, numbers)
                : BridgeRules.foreign(steered, numbers, common);
        List<SwitchChange> changes = new ArrayList<>(RuleDiff.changes(wanted, base(found.all(), own)));
        if (changes.stream().anyMatch(WantedRules::partsChains)
                && found.chains().stream().anyMatch(id -> isInMotion(id, states))) {
            // What a chain has in common with others as it still is: it goes once the chain is as declared.
            changes.removeIf(WantedRules::partsChains);
        }
        if (own) {
            changes.addAll(BridgeRules.forget(found.all(), externalNumbers()));
        }
        found.all().unusedGroups().forEach(group -> changes.add(new SwitchChange.DeleteGroup(group.id())));
        return changes;
    }

    /**
     * The same, and in one go with it the rules of chains that were ready once: where they are missing, because the switch
     * restarted or a port came late, their flows would go around them as soon as unclaimed traffic is switched.
     *
     * <p>Instances and machines that wait are left to those who set them up and end them, who may have done so since what is
     * desired was looked at: their flows are their chain's. Of a switch that lost all, theirs come back too.
     */
    List<SwitchChange> openingChanges(FoundRules found) {
        Map<Long, ObservedRules.State> states = states(found);
        if (!isOwn()) {
            return baseChanges(found, states);
        }
        boolean lostAll = base(found.all(), true).isEmpty();
        Map<Long, SwitchRules> missing = new LinkedHashMap<>();
        for (DesiredChain chain : desired.chains()) {
            ChainPlan plan = chain.plan();
            long id = plan.id().bits();
            boolean ours = lostAll || isBesideOthers(plan);
            if (ours
                    && chain.wasReady()
                    && plan.bridge().equals(bridge)
                    && states.get(id) != ObservedRules.State.STEERED) {
                missing.put(id, ofChain(plan, Stage.STEERED));
            }
        }
        FoundRules claimed = found.with(missing);
        List<SwitchChange> changes = new ArrayList<>(RuleDiff.changes(claimed.all(), found.all()));
        changes.addAll(baseChanges(claimed, states(claimed)));
        return changes;
    }

    /** Whether a drop goes of what chains have in common. */
    private static boolean partsChains(SwitchChange change) {
        return change instanceof SwitchChange.DeleteFlow delete && delete.rule().isAmbiguous();
    }

    /** Whether a chain's rules here are neither as declared nor without packets: it is about to change, or to go. */
    private static boolean isInMotion(long id, Map<Long, ObservedRules.State> states) {
        return !states.containsKey(id) || states.get(id) == ObservedRules.State.OTHER;
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
