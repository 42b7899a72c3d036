package org.flowstream.ovsdb;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.model.PortName;

/**
 * A bridge in the switch's database.
 *
 * @param uuid its row
 * @param name not of our type, since a bridge of others may have any name
 * @param datapathType {@code netdev} for the datapath in user space, {@code system} or empty for the kernel's
 * @param failMode {@code secure} or {@code standalone}; empty is standalone
 * @param externalIds all of them, ours and those of others
 */
public record ObservedBridge(
        String uuid,
        String name,
        String datapathType,
        String failMode,
        Map<String, String> externalIds,
        List<ObservedPort> ports) {
    public ObservedBridge {
        externalIds = Map.copyOf(externalIds);
        ports = List.copyOf(ports);
    }

    /** Our tag; empty on a bridge of others. */
    public Optional<Tags> tags() {
        return Tags.read(externalIds);
    }

    public boolean isOurs() {
        return tags().isPresent();
    }

    /** Whether the range of our group numbers is written down on it. */
    public boolean hasGroupRange() {
        return externalIds.containsKey(Tags.GROUPS);
    }

    public Optional<ObservedPort> port(PortName name) {
        return ports.stream().filter(port -> port.name().equals(name.text())).findFirst();
    }
}
