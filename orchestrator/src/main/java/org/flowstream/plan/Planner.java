package org.flowstream.plan;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flowstream.chain.ChainPlan;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.PortName;

/**
 * The step from what is desired and what is observed to a {@link Plan}. Pure and total: every observed state, also one
 * that a crash left half-done, has a plan, and after a plan is carried out the next one is empty.
 *
 * <p>First what is nobody's any more goes: rules, then machines, then ports, then taps. Then bridges and external ports
 * come, then each chain as {@link ChainSteps} says.
 */
public final class Planner {
    private final Desired desired;
    private final Observed observed;
    private final List<Action> actions = new ArrayList<>();
    private final List<Blocked> blocked = new ArrayList<>();

    private Planner(Desired desired, Observed observed) {
        this.desired = desired;
        this.observed = observed;
    }

    public static Plan plan(Desired desired, Observed observed) {
        Planner planner = new Planner(desired, observed);
        planner.removeStrayChains();
        planner.removePorts();
        planner.prepareBridges();
        planner.addPorts();
        ObservedIndex index = new ObservedIndex(observed);
        List<Action> before = List.copyOf(planner.actions);
        for (DesiredChain chain : desired.chains()) {
            new ChainSteps(desired, observed, index, before, chain, planner.actions, planner.blocked).plan();
        }
        return new Plan(planner.actions, planner.blocked);
    }

    /** The plan that leaves nothing of ours: no machine, port, tap or rule, nor the own bridge. */
    public static Plan purge(BridgeName ownBridge, Observed observed) {
        Plan plan = plan(Desired.nothing(ownBridge), observed);
        List<Action> actions = new ArrayList<>(plan.actions());
        if (observed.bridge(ownBridge).isPresent()) {
            actions.add(new Action.DeleteBridge(ownBridge));
        }
        return new Plan(actions, plan.blocked());
    }

    /** Rules, machines, tap ports and taps that no desired chain has where they are. */
    private void removeStrayChains() {
        Map<BridgeName, Set<ChainId>> chains = new TreeMap<>();
        Map<MachineId, MachineSpec> machines = new TreeMap<>();
        Map<MachineId, BridgeName> bridges = new TreeMap<>();
        for (DesiredChain chain : desired.chains()) {
            ChainPlan plan = chain.plan();
            chains.computeIfAbsent(plan.bridge(), bridge -> new TreeSet<>()).add(plan.id());
            plan.machines().forEach(machine -> machines.put(machine.id(), machine));
            plan.machines().forEach(machine -> bridges.put(machine.id(), plan.bridge()));
        }
        for (ObservedRules rules : observed.rules()) {
            if (!chains.getOrDefault(rules.bridge(), Set.of()).contains(rules.chain())) {
                actions.add(new Action.ClearRules(rules.bridge(), rules.chain()));
            }
        }
        for (ObservedMachine machine : observed.machines()) {
            MachineSpec spec = machines.get(machine.id());
            if (spec == null || !spec.name().equals(machine.name())) {
                actions.add(new Action.DestroyMachine(MachineRef.of(machine)));
            }
        }
        // A machine that could not be looked at may hold a tap that nothing declares any more.
        Predicate<PortName> known = port -> observed.unseen().isEmpty()
                || observed.machines().stream()
                        .anyMatch(machine -> MachineId.ofPort(port).equals(Optional.of(machine.id())));
        Map<BridgeName, List<PortName>> ports = observed.ports().stream()
                .filter(ObservedPort::tagged)
                .filter(port -> known.test(port.name()))
                .filter(port -> MachineId.ofPort(port.name())
                        .filter(id -> !port.bridge().equals(bridges.get(id)))
                        .isPresent())
                .collect(Collectors.groupingBy(
                        ObservedPort::bridge,
                        TreeMap::new,
                        Collectors.mapping(ObservedPort::name, Collectors.toList())));
        ports.forEach((bridge, names) -> actions.add(new Action.RemoveTapPorts(bridge, names)));
        List<PortName> taps = observed.taps().stream()
                .filter(known)
                .filter(tap -> MachineId.ofPort(tap)
                        .filter(id -> !machines.containsKey(id))
                        .isPresent())
                .toList();
        if (!taps.isEmpty()) {
            actions.add(new Action.DeleteTaps(taps));
        }
    }

    /** External ports that leave, and those of ours that nothing declares. */
    private void removePorts() {
        Map<PortName, ExternalPort> declared =
                desired.ports().stream().collect(Collectors.toMap(ExternalPort::name, port -> port, (a, b) -> a));
        Set<PortName> used = usedPorts().collect(Collectors.toCollection(TreeSet::new));
        for (ExternalPort port : desired.leavingPorts()) {
            if (!declared.containsKey(port.name()) && used.contains(port.name())) {
                blocked.add(new Blocked("port '" + port.name() + "'", "a chain is wired to it"));
            }
            List<String> off = port.offloadsOff().stream()
                    .filter(feature -> observed.offloadsOn().containsKey(port.name()))
                    .filter(feature -> !observed.offloadsOn()
                            .getOrDefault(port.name(), Set.of())
                            .contains(feature))
                    .toList();
            if (!declared.containsKey(port.name()) && !used.contains(port.name()) && !off.isEmpty()) {
                actions.add(new Action.SetOffloads(port.name(), off, true));
            }
        }
        for (ObservedPort port : observed.ports()) {
            ExternalPort wanted = declared.get(port.name());
            boolean stray = wanted == null
                    ? !used.contains(port.name())
                    : !wanted.bridge().equals(port.bridge());
            if (port.tagged() && stray && MachineId.ofPort(port.name()).isEmpty()) {
                actions.add(new Action.RemoveExternalPort(port.name(), port.bridge()));
            }
        }
    }

    private Stream<PortName> usedPorts() {
        return desired.chains().stream().flatMap(chain -> chain.plan().externalPorts().stream());
    }

    private void prepareBridges() {
        Set<BridgeName> used = new LinkedHashSet<>();
        desired.ports().forEach(port -> used.add(port.bridge()));
        desired.chains().forEach(chain -> used.add(chain.plan().bridge()));
        for (BridgeName bridge : used) {
            Optional<ObservedBridge> found = observed.bridge(bridge);
            if (found.isEmpty() && bridge.equals(desired.ownBridge())) {
                actions.add(new Action.CreateBridge(bridge));
                actions.add(new Action.SetBaseRules(bridge));
            } else if (found.isEmpty()) {
                blocked.add(new Blocked(
                        "bridge '" + bridge + "'",
                        "it does not exist; create it (ovs-vsctl add-br " + bridge + ") or use another"));
            } else if (found.get().base() != ObservedBridge.BaseRules.RIGHT) {
                actions.add(new Action.SetBaseRules(bridge));
            }
        }
        for (ObservedBridge bridge : observed.bridges()) {
            if (!used.contains(bridge.name())
                    && !bridge.name().equals(desired.ownBridge())
                    && bridge.base() == ObservedBridge.BaseRules.WRONG) {
                actions.add(new Action.ClearBaseRules(bridge.name()));
            }
        }
    }

    private void addPorts() {
        for (ExternalPort port : desired.ports()) {
            Optional<ObservedPort> found = observed.port(port.name());
            boolean there =
                    found.filter(it -> it.bridge().equals(port.bridge())).isPresent();
            if (!there && !bridgeWillBe(port.bridge())) {
                continue;
            }
            if (!there && found.isPresent() && !found.get().tagged()) {
                blocked.add(new Blocked(
                        "port '" + port.name() + "'",
                        "someone put it on bridge '" + found.get().bridge() + "', not '" + port.bridge() + "'"));
                continue;
            }
            if (!there && !port.addedByUs()) {
                blocked.add(new Blocked(
                        "port '" + port.name() + "'",
                        "it is no longer on bridge '" + port.bridge() + "', where it was before us"));
                continue;
            }
            if (!there) {
                actions.add(new Action.AddExternalPort(port));
            } else if (found.flatMap(ObservedPort::number).isEmpty()) {
                blocked.add(new Blocked("port '" + port.name() + "'", "its network interface does not exist"));
            }
            List<String> on = port.offloadsOff().stream()
                    .filter(observed.offloadsOn().getOrDefault(port.name(), Set.of())::contains)
                    .toList();
            if (!on.isEmpty()) {
                actions.add(new Action.SetOffloads(port.name(), on, false));
            }
        }
    }

    private boolean bridgeWillBe(BridgeName bridge) {
        return bridge.equals(desired.ownBridge()) || observed.bridge(bridge).isPresent();
    }
}
