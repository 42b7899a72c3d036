package org.flowstream.plan;

import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;

/** One domain of ours: the machine's id, the name that its domain bears, and the chain that it was made for. */
public record MachineRef(MachineId id, Name name, Name chain) {
    static MachineRef of(MachineSpec spec) {
        return new MachineRef(spec.id(), spec.name(), spec.chain());
    }

    static MachineRef of(ObservedMachine machine) {
        return new MachineRef(machine.id(), machine.name(), machine.chain());
    }
}
