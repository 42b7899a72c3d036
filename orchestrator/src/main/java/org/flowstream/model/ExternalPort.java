package org.flowstream.model;

import java.util.List;

/**
 * A port that brings traffic, as declared: a NIC, veth, tunnel or patch on a bridge.
 *
 * @param addedByUs whether we put it on the bridge, and so take it off again; an adopted port is left there
 * @param offloadsOff features of {@code ethtool -K} that were on and that we hold off; {@code port rm} turns them on
 */
public record ExternalPort(PortName name, BridgeName bridge, Owner owner, boolean addedByUs, List<String> offloadsOff) {
    public ExternalPort {
        offloadsOff = offloadsOff.stream().distinct().sorted().toList();
    }
}
