package org.flowstream.plan;

import java.util.Optional;
import org.flowstream.model.Accelerator;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;

/**
 * A domain or process that carries our tag, as it is now.
 *
 * @param image what its guest says that it runs; while it has not said so, what it was started with
 * @param devices how many it has
 * @param said whether its guest has said what it runs
 * @param takes the image that it is to run and does not, where it can take it without a restart
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
        Wellness wellness,
        boolean said,
        Optional<ImageDigest> takes) {
    /** One that has said what it runs, and takes nothing else. */
    public ObservedMachine(
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
        this(id, name, chain, image, memoryMib, vcpus, devices, accelerator, power, wellness, true, Optional.empty());
    }

    /** What libvirt, or the kernel, says of it. */
    public enum Power {
        RUNNING,
        PAUSED,
        /** It shuts down. */
        ENDING,
        /** Off or crashed, and still kept by libvirt; of a process, its folder is left. */
        ENDED
    }

    /** What its health levels say; of one that does not run, {@link #STARTING}. */
    public enum Wellness {
        /** Not ready yet, and still within its time. */
        STARTING,
        READY,
        /** Past its time, or no longer ready for too long: it is to be started anew. */
        UNWELL,
        /** It does otherwise than its template's tests say: it is to be ended, and would do so again. */
        FAILED
    }

    /** The same machine, running this image as its guest says. */
    public ObservedMachine running(ImageDigest other) {
        return seen(other, true, Optional.empty());
    }

    /** The same machine, with what else is known of its image. */
    public ObservedMachine seen(ImageDigest runs, boolean hasSaid, Optional<ImageDigest> couldTake) {
        return new ObservedMachine(
                id, name, chain, runs, memoryMib, vcpus, devices, accelerator, power, wellness, hasSaid, couldTake);
    }

    /** Whether it comes to be as declared by taking the declared image while it runs. */
    boolean swaps(MachineSpec spec) {
        return power == Power.RUNNING
                && wellness != Wellness.UNWELL
                && wellness != Wellness.FAILED
                && !image.equals(spec.image())
                && takes.equals(Optional.of(spec.image()))
                && running(spec.image()).difference(spec).isEmpty();
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
