package org.flowstream.health;

import java.nio.file.Path;
import java.util.List;
import org.flowstream.model.BridgeName;
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
    }
}
