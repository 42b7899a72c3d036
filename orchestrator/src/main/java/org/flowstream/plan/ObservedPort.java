package org.flowstream.plan;

import java.util.Optional;
import org.flowstream.model.BridgeName;
import org.flowstream.model.PortName;

/**
 * A switch port, as it is now: one that carries our tag, or one that a declaration names.
 *
 * @param tagged whether it carries this installation's tag, so that we added it
 * @param number its OpenFlow number; empty while its network interface is missing
 */
public record ObservedPort(PortName name, BridgeName bridge, boolean tagged, Optional<Integer> number) {}
