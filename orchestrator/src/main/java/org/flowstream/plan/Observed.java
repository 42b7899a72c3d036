package org.flowstream.plan;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.PortName;

/**
 * How this installation's part of the host is: what carries its tag, and the bridges and ports that declarations name.
 *
 * @param taps of ours, by their tag
 * @param unseen why only processes could be looked at, and not libvirt's machines; empty when all were seen
 * @param offloadsOn features of {@code ethtool -K} that are on, by declared or leaving external port
 */
public record Observed(
        List<ObservedBridge> bridges,
        List<ObservedPort> ports,
        Set<PortName> taps,
        Map<PortName, Set<String>> offloadsOn,
        List<ObservedMachine> machines,
        List<ObservedRules> rules,
        Optional<String> unseen) {
    public Observed {
        bridges = List.copyOf(bridges);
        ports = List.copyOf(ports);
        taps = Collections.unmodifiableSet(new TreeSet<>(taps));
        offloadsOn = offloadsOn.entrySet().stream()
                .collect(Collectors.collectingAndThen(
                        Collectors.toMap(
                                Map.Entry::getKey, entry -> Set.copyOf(entry.getValue()), (a, b) -> a, TreeMap::new),
                        Collections::unmodifiableMap));
        machines = List.copyOf(machines);
        rules = List.copyOf(rules);
    }

    /** All was seen. */
    public Observed(
            List<ObservedBridge> bridges,
            List<ObservedPort> ports,
            Set<PortName> taps,
            Map<PortName, Set<String>> offloadsOn,
            List<ObservedMachine> machines,
            List<ObservedRules> rules) {
        this(bridges, ports, taps, offloadsOn, machines, rules, Optional.empty());
    }

    /** The same but for some machines, their ports and taps, and the rules of some chains: too little is known of them. */
    public Observed without(Set<MachineId> others, Set<ChainId> chains) {
        if (others.isEmpty() && chains.isEmpty()) {
            return this;
        }
        return new Observed(
                bridges,
                ports.stream().filter(port -> !isOf(port.name(), others)).toList(),
                taps.stream().filter(tap -> !isOf(tap, others)).collect(Collectors.toSet()),
                offloadsOn,
                machines.stream()
                        .filter(machine -> !others.contains(machine.id()))
                        .toList(),
                rules.stream().filter(each -> !chains.contains(each.chain())).toList(),
                unseen);
    }

    private static boolean isOf(PortName port, Set<MachineId> machines) {
        return MachineId.ofPort(port).filter(machines::contains).isPresent();
    }

    /** Whether a machine that is not here is not there: always, but for libvirt's while libvirt does not answer. */
    public boolean sees(MachineSpec machine) {
        return unseen.isEmpty() || machine.hypervisor() == HypervisorChoice.PROCESS;
    }

    /** A host on which nothing is ours. */
    public static Observed nothing() {
        return new Observed(List.of(), List.of(), Set.of(), Map.of(), List.of(), List.of());
    }

    public Optional<ObservedBridge> bridge(BridgeName name) {
        return bridges.stream().filter(bridge -> bridge.name().equals(name)).findFirst();
    }

    public Optional<ObservedPort> port(PortName name) {
        return ports.stream().filter(port -> port.name().equals(name)).findFirst();
    }
}
