package org.flowstream.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.model.PortName;

/** What was observed, by what it is looked for: with many machines each chain's plan asks for its own alone. */
final class ObservedIndex {
    private final Map<Named, ObservedMachine> machines = new HashMap<>();
    private final Map<PortName, ObservedPort> ports = new HashMap<>();
    private final Map<Place, ObservedRules.State> rules = new HashMap<>();
    private final Map<MachineId, List<ObservedPort>> portsOf = new HashMap<>();
    private final Map<MachineId, List<PortName>> tapsOf = new HashMap<>();

    private record Named(MachineId id, Name name) {}

    private record Place(ChainId chain, BridgeName bridge) {}

    ObservedIndex(Observed observed) {
        observed.machines().forEach(machine -> machines.putIfAbsent(new Named(machine.id(), machine.name()), machine));
        for (ObservedPort port : observed.ports()) {
            ports.putIfAbsent(port.name(), port);
            MachineId.ofPort(port.name())
                    .ifPresent(id -> portsOf.computeIfAbsent(id, each -> new ArrayList<>())
                            .add(port));
        }
        observed.rules().forEach(each -> rules.putIfAbsent(new Place(each.chain(), each.bridge()), each.state()));
        observed.taps()
                .forEach(tap -> MachineId.ofPort(tap)
                        .ifPresent(id -> tapsOf.computeIfAbsent(id, each -> new ArrayList<>())
                                .add(tap)));
    }

    /** The machine that a spec is of. */
    Optional<ObservedMachine> machine(MachineSpec spec) {
        return Optional.ofNullable(machines.get(new Named(spec.id(), spec.name())));
    }

    Optional<ObservedPort> port(PortName name) {
        return Optional.ofNullable(ports.get(name));
    }

    Optional<ObservedRules.State> rules(ChainId chain, BridgeName bridge) {
        return Optional.ofNullable(rules.get(new Place(chain, bridge)));
    }

    /** The ports that are named after a machine. */
    List<ObservedPort> portsOf(MachineId machine) {
        return portsOf.getOrDefault(machine, List.of());
    }

    /** The taps that are named after a machine. */
    List<PortName> tapsOf(MachineId machine) {
        return tapsOf.getOrDefault(machine, List.of());
    }
}
