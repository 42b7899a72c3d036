package org.flowstream.metrics;

import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flowstream.firstpacket.FirstPackets;
import org.flowstream.firstpacket.ShedReason;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.Name;
import org.flowstream.pool.Pools;
import org.flowstream.reconcile.Declarations;

/** What is told of machines that come with packets: pools, instances, and packets that got none. */
public final class DemandMetrics implements Metrics.Source {
    private final Declarations declarations;
    private final Pools pools;
    private final FirstPackets firstPackets;

    public DemandMetrics(Declarations declarations, Pools pools, FirstPackets firstPackets) {
        this.declarations = declarations;
        this.pools = pools;
        this.firstPackets = firstPackets;
    }

    @Override
    public List<MetricSnapshot> read() {
        Family machines =
                new Family("flowstream_pool_machines", "Machines of a pool that wait.", "owner", "pool", "state");
        Family wanted =
                new Family("flowstream_pool_wanted_machines", "Machines of a pool that are to wait.", "owner", "pool");
        for (Pools.Level level : pools.levels()) {
            String owner = level.pool().owner().toString();
            String pool = level.pool().name().toString();
            machines.count(level.ready(), owner, pool, "ready");
            machines.count(level.starting(), owner, pool, "starting");
            wanted.count(level.wanted(), owner, pool);
        }
        Family instances = new Family(
                "flowstream_chain_instances", "Instances that serve parts of a chain's flow.", "owner", "chain");
        Family shed = new Family(
                "flowstream_first_packets_shed",
                "First packets that got no instance, and met the failure policy or were lost, by reason.",
                "owner",
                "chain",
                "reason");
        Map<Name, DeclaredChain> onDemand = new HashMap<>();
        for (DeclaredChain chain : declarations.chains()) {
            if (chain.spec().spec().isOnDemand()) {
                onDemand.put(chain.name(), chain);
                instances.count(
                        declarations.instances(chain.name()),
                        chain.spec().owner().toString(),
                        chain.name().toString());
            }
        }
        firstPackets.shed(onDemand.keySet()).forEach((name, reasons) -> {
            DeclaredChain chain = onDemand.get(name);
            if (chain != null) {
                count(shed, chain, reasons);
            }
        });
        return List.of(machines.gauge(), wanted.gauge(), instances.gauge(), shed.counter());
    }

    private static void count(Family shed, DeclaredChain chain, Map<ShedReason, Long> reasons) {
        reasons.forEach((reason, packets) -> shed.count(
                packets, chain.spec().owner().toString(), chain.name().toString(), reason.toString()));
    }
}
