package org.flowstream.plan;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.flowstream.chain.ChainPlan;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;

/**
 * A compiled chain and what is wished of its machines.
 *
 * @param wasReady whether all its machines were ready at once since it was declared
 * @param wishes of its machines; one that is not named is to {@link Wish#RUN}
 */
public record DesiredChain(ChainPlan plan, boolean wasReady, Map<MachineId, Wish> wishes) {
    public DesiredChain {
        wishes = Collections.unmodifiableMap(new TreeMap<>(wishes));
    }

    public Wish wish(MachineSpec machine) {
        return wishes.getOrDefault(machine.id(), Wish.RUN);
    }
}
