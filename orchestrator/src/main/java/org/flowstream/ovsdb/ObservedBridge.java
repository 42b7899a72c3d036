package org.flowstream.ovsdb;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.model.PortName;
import org.jspecify.annotations.Nullable;

/** A bridge in the switch's database. */
public final class ObservedBridge {
    private final String uuid;
    private final String name;
    private final String datapathType;
    private final String failMode;
    private final Map<String, String> externalIds;
    private final List<ObservedPort> ports;
    private final Map<String, ObservedPort> byName = new LinkedHashMap<>();
    private volatile @Nullable Map<PortName, Integer> numbers;

    ObservedBridge(
            String uuid,
            String name,
            String datapathType,
            String failMode,
            Map<String, String> externalIds,
            List<ObservedPort> ports) {
        this.uuid = uuid;
        this.name = name;
        this.datapathType = datapathType;
        this.failMode = failMode;
        this.externalIds = Map.copyOf(externalIds);
        this.ports = List.copyOf(ports);
        ports.forEach(port -> byName.putIfAbsent(port.name(), port));
    }

    /** Its row. */
    public String uuid() {
        return uuid;
    }

    /** Not of our type, since a bridge of others may have any name. */
    public String name() {
        return name;
    }

    /** {@code netdev} for the datapath in user space, {@code system} or empty for the kernel's. */
    public String datapathType() {
        return datapathType;
    }

    /** {@code secure} or {@code standalone}; empty is standalone. */
    public String failMode() {
        return failMode;
    }

    /** All of them, ours and those of others. */
    public Map<String, String> externalIds() {
        return externalIds;
    }

    /** By name. */
    public List<ObservedPort> ports() {
        return ports;
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

    public Optional<ObservedPort> port(PortName port) {
        return Optional.ofNullable(byName.get(port.text()));
    }

    /** The OpenFlow numbers of the ports that have one and whose names we could have given. */
    public Map<PortName, Integer> numbers() {
        Map<PortName, Integer> known = numbers;
        if (known == null) {
            // Asked for with each first packet.
            known = Collections.unmodifiableMap(readNumbers());
            numbers = known;
        }
        return known;
    }

    private Map<PortName, Integer> readNumbers() {
        Map<PortName, Integer> read = new HashMap<>();
        for (ObservedPort port : ports) {
            port.number().ifPresent(number -> port.portName().ifPresent(name -> read.put(name, number)));
        }
        return read;
    }

    @Override
    public String toString() {
        return name + ports;
    }
}
