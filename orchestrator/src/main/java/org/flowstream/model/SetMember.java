package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * A declared object that an apply of a set made; {@code apply --prune} of that set may remove it, and no other.
 *
 * @param kind {@value ChainSpec#KIND}, {@value PortSpec#KIND} or {@value PoolSpec#KIND}
 * @param name of the object
 */
public record SetMember(Name set, String kind, String name) {
    public static SetMember chain(Name set, Name chain) {
        return new SetMember(set, ChainSpec.KIND, chain.toString());
    }

    public static SetMember port(Name set, PortName port) {
        return new SetMember(set, PortSpec.KIND, port.toString());
    }

    public static SetMember pool(Name set, Name pool) {
        return new SetMember(set, PoolSpec.KIND, pool.toString());
    }

    @JsonIgnore
    public boolean isPool() {
        return kind.equals(PoolSpec.KIND);
    }

    @JsonIgnore
    public boolean isChain() {
        return kind.equals(ChainSpec.KIND);
    }
}
