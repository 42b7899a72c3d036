package org.flowstream.ovsdb;

import java.util.Map;
import org.flowstream.model.BridgeName;
import org.flowstream.model.PortName;

/**
 * A port to be added to a bridge.
 *
 * @param type empty for an interface of the host, else as Open vSwitch names it, such as {@code patch}
 */
public record NewPort(BridgeName bridge, PortName name, String type, Map<String, String> options, Tags tags) {
    public NewPort {
        options = Map.copyOf(options);
    }

    /** An interface of the host: a tap, veth or NIC. */
    public static NewPort hostInterface(BridgeName bridge, PortName name, Tags tags) {
        return new NewPort(bridge, name, "", Map.of(), tags);
    }

    /** One end of a patch between two bridges; the other end names this one as its peer. */
    public static NewPort patch(BridgeName bridge, PortName name, PortName peer, Tags tags) {
        return new NewPort(bridge, name, "patch", Map.of("peer", peer.text()), tags);
    }
}
