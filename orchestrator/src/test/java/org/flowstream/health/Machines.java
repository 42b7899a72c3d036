package org.flowstream.health;

import java.util.List;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;

/** Machines as the tests of this package watch them. */
final class Machines {
    static final ImageDigest IMAGE = ImageDigest.parse("ab".repeat(32));

    private Machines() {}

    /** Of a chain of its own name. */
    static MachineSpec machine(
            MachineId id, String name, ImageDigest image, HealthSpec health, List<MachineSpec.Device> devices) {
        return new MachineSpec(
                id,
                Name.parse(name),
                Name.parse(name),
                Owner.OPERATOR,
                image,
                8,
                1,
                HypervisorChoice.AUTO,
                health,
                devices);
    }
}
