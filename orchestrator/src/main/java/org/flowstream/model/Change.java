package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * What is to become of several declared objects, all at once or not at all.
 *
 * @param chains that are written down, new or anew
 * @param chainsAway that are struck out
 * @param ports that are written down
 * @param portsAway that are given back
 * @param pools that are written down, new or anew
 * @param poolsAway that are struck out
 * @param members what belongs to a set from now on
 */
public record Change(
        List<ChainSpec> chains,
        List<Name> chainsAway,
        List<ExternalPort> ports,
        List<PortName> portsAway,
        List<PoolSpec> pools,
        List<Name> poolsAway,
        List<SetMember> members) {
    @JsonCreator
    public Change {
        chains = List.copyOf(chains);
        chainsAway = List.copyOf(chainsAway);
        ports = List.copyOf(ports);
        portsAway = List.copyOf(portsAway);
        pools = List.copyOf(pools);
        poolsAway = List.copyOf(poolsAway);
        members = List.copyOf(members);
    }

    /** Without pools. */
    public Change(
            List<ChainSpec> chains,
            List<Name> chainsAway,
            List<ExternalPort> ports,
            List<PortName> portsAway,
            List<SetMember> members) {
        this(chains, chainsAway, ports, portsAway, List.of(), List.of(), members);
    }

    @JsonIgnore
    public boolean isEmpty() {
        return chains.isEmpty()
                && chainsAway.isEmpty()
                && ports.isEmpty()
                && portsAway.isEmpty()
                && pools.isEmpty()
                && poolsAway.isEmpty();
    }
}
