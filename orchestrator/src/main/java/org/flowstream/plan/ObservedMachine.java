package org.flowstream.plan;

import java.util.Optional;
import org.flowstream.model.Accelerator;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;

/**
 * A domain that carries our tag, as it is now.
 *
 * @param devices how many it has
 */
public record ObservedMachine(
        MachineId id,
        Name name,
        Name chain,
        ImageDigest image,
        int memoryMib,
        int vcpus,
        int devices,
        Accelerator accelerator,
        Power power,
        Wellness wellness) {
    /** What libvirt says of it. */
    public enum Power {
        RUNNING,
        PAUSED,
        /** It shuts down. */
        ENDING,
        /** Off or crashed, and still kept by libvirt. */
        ENDED
    }

    /** What its health levels say; of one that does not run, {@link #STARTING}. */
    public enum Wellness {
        /** Not ready yet, and still within its time. */
        STARTING,
        READY,
        /** Past its time, or no longer ready for too long: it is to be started anew. */
        UNWELL
    }

    /** What of it is not as declared, in words; empty when it may stay. */
    public Optional<String> difference(MachineSpec spec) {
        if (!image.equals(spec.image())) {
            return Optional.of("it runs image " + image.abbreviated());
        }
        if (memoryMib != spec.memoryMib()) {
            return Optional.of("it has " + memoryMib + " MiB");
        }
        if (vcpus != spec.vcpus()) {
            return Optional.of("it has " + vcpus + " vcpus");
        }
        if (devices != spec.devices().size()) {
            return Optional.of("it has " + devices + " devices");
        }
        if (!spec.hypervisor().allows(accelerator)) {
            return Optional.of("it runs by " + accelerator);
        }
        return Optional.empty();
    }
}
