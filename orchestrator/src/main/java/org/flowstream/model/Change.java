package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * What is to become of several declared objects, all at once or not at all.
 *
 * @param chains that are written down, new or anew
 * @param chainsAway that are struck out
 * @param ports that are written down
 * @param portsAway that are given back
 * @param members what belongs to a set from now on
 */
public record Change(
        List<ChainSpec> chains,
        List<Name> chainsAway,
        List<ExternalPort> ports,
        List<PortName> portsAway,
        List<SetMember> members) {
    public Change {
        chains = List.copyOf(chains);
        chainsAway = List.copyOf(chainsAway);
        ports = List.copyOf(ports);
        portsAway = List.copyOf(portsAway);
        members = List.copyOf(members);
    }

    @JsonIgnore
    public boolean isEmpty() {
        return chains.isEmpty() && chainsAway.isEmpty() && ports.isEmpty() && portsAway.isEmpty();
    }
}
