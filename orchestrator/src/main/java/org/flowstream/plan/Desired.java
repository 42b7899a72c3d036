package org.flowstream.plan;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.flowstream.model.Accelerator;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;

/**
 * How this installation's part of the host should be.
 *
 * @param ownBridge the bridge that is ours to create and fill
 * @param accelerator what {@code auto} means for a machine that starts now
 * @param ports declared
 * @param leavingPorts that were declared and are being removed
 * @param chains declared
 */
public record Desired(
        BridgeName ownBridge,
        Accelerator accelerator,
        List<ExternalPort> ports,
        List<ExternalPort> leavingPorts,
        List<DesiredChain> chains) {
    public Desired {
        ports = List.copyOf(ports);
        leavingPorts = List.copyOf(leavingPorts);
        chains = List.copyOf(chains);
    }

    /** The image that is declared for a machine; empty when nothing declares the machine. */
    public Optional<ImageDigest> image(MachineId machine) {
        return chains.stream()
                .flatMap(chain -> chain.plan().machines().stream())
                .filter(spec -> spec.id().equals(machine))
                .map(MachineSpec::image)
                .findFirst();
    }

    /** The machines that are to be halted. */
    public Set<MachineId> suspended() {
        return chains.stream()
                .flatMap(chain -> chain.plan().machines().stream()
                        .filter(machine -> chain.wish(machine) == Wish.SUSPEND)
                        .map(MachineSpec::id))
                .collect(Collectors.toSet());
    }

    /** Nothing: what is observed of ours is to go. */
    public static Desired nothing(BridgeName ownBridge) {
        return new Desired(ownBridge, Accelerator.QEMU, List.of(), List.of(), List.of());
    }
}
