package org.flowstream.health;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.flowstream.image.Image;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.openflow.OpenFlowConnection;

/**
 * A machine to be watched.
 *
 * @param machine its spec, with the levels that it asks for and the heartbeat's period
 * @param healthSocket of its health port
 */
public record Watched(MachineSpec machine, BridgeName bridge, Path healthSocket) {
    /** Whether the same machine is watched in the same way, whichever image it runs. */
    boolean isAs(Watched other) {
        return new Watched(machine.with(other.machine().image()), bridge, healthSocket).equals(other);
    }

    /** The switch as a probe needs it. */
    public interface Switch {
        /** The live connection to a bridge; it fails when there is none. */
        OpenFlowConnection connection(BridgeName bridge);

        /** The ways through a machine, one for each device it can be entered by; none while a port has no number. */
        List<ForwardingProbe.Way> ways(MachineSpec machine, BridgeName bridge);

        /** What the switch does with what leaves a machine; empty while it has no rules of all its devices. */
        Optional<Exit> exit(MachineSpec machine, BridgeName bridge);
    }

    /**
     * Where what leaves a machine goes.
     *
     * @param toUs whether it is handed to us; else packets are steered to the machine, or nothing is asked of it
     * @param cookie of the rules
     */
    public record Exit(boolean toUs, long cookie) {}

    /** The machine's guest and its image, as its tests need them. */
    public interface Guest {
        /** An image that the daemon has; an {@link org.flowstream.image.ImageException} when it has it no more. */
        Image image(ImageDigest image);

        /** Has a machine begin anew with an image, without a trace of what it did. */
        void scrub(MachineId machine, Image image) throws IOException;
    }
}
