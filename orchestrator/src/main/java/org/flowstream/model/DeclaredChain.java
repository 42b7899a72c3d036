package org.flowstream.model;

import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.flowstream.problem.BadValueException;

/**
 * A chain with the ids that it was given when it was declared; they stay through restarts and updates.
 *
 * @param wasReady whether all its machines were ready at once since it was declared. Until then the chain changes
 *     nothing in the switch; from then on its traffic meets the failure policy, also after a reboot
 * @param machines the machine of each middlebox
 */
public record DeclaredChain(ChainId id, ChainSpec spec, boolean wasReady, Map<Name, MachineId> machines) {
    public DeclaredChain {
        machines = Collections.unmodifiableMap(new TreeMap<>(machines));
        if (!machines.keySet()
                .equals(spec.spec().ownMachines().stream()
                        .map(MiddleboxSpec::name)
                        .collect(Collectors.toSet()))) {
            throw BadValueException.of("chain '" + spec.name() + "' has ids for the machines of " + machines.keySet()
                    + ", which are not its middleboxes");
        }
        if (new HashSet<>(machines.values()).size() != machines.size()) {
            throw BadValueException.of("chain '" + spec.name() + "' has one machine id for two middleboxes");
        }
    }

    public Name name() {
        return spec.name();
    }

    public MachineId machine(Name middlebox) {
        MachineId id = machines.get(middlebox);
        if (id == null) {
            throw BadValueException.of("chain '" + spec.name() + "' has no middlebox '" + middlebox + "'");
        }
        return id;
    }

    public DeclaredChain withSpec(ChainSpec newSpec) {
        return new DeclaredChain(id, newSpec, wasReady, machines);
    }

    public DeclaredChain ready() {
        return new DeclaredChain(id, spec, true, machines);
    }
}
