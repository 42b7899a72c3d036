package org.flowstream.chain;

import org.flowstream.model.MachineId;
import org.flowstream.model.PortName;
import org.flowstream.net.MacAddress;

/** A switch port as a chain sees it: where frames come from and go to. */
public sealed interface Place {
    /** The switch port's name. */
    PortName port();

    /** An external port. */
    record External(PortName port) implements Place {}

    /** The tap of a machine's device; {@code mac} is the device's address. */
    record Tap(MachineId machine, int device, PortName port, MacAddress mac) implements Place {}
}
