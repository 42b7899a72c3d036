package org.flowstream.metrics;

import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.chain.ChainPlan;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.PortName;
import org.flowstream.reconcile.World;
import org.flowstream.reconcile.WorldException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is told of chains' traffic: what the switch let in, and what it and the guests lost. */
final class TrafficMetrics {
    private static final Logger LOG = LoggerFactory.getLogger(TrafficMetrics.class);

    private final World world;
    private final DropReasons reasons;
    private final Growth growth = new Growth();

    TrafficMetrics(World world, DropReasons reasons) {
        this.world = world;
        this.reasons = reasons;
    }

    List<MetricSnapshot> read(List<DeclaredChain> chains) {
        Family packets = new Family(
                "flowstream_chain_packets",
                "Packets of the flow that entered the chain by this external port.",
                "owner",
                "chain",
                "port");
        Family bytes = new Family(
                "flowstream_chain_bytes",
                "Bytes of the flow that entered the chain by this external port.",
                "owner",
                "chain",
                "port");
        Family drops = new Family(
                "flowstream_dropped_packets",
                "Packets lost: in the guest by its reasons, in the switch at the machine's ports, and at the chain's"
                        + " external ports (middlebox empty).",
                "owner",
                "chain",
                "middlebox",
                "where",
                "reason");
        Map<BridgeName, List<DeclaredChain>> byBridge = new TreeMap<>();
        chains.forEach(chain -> byBridge.computeIfAbsent(chain.spec().spec().bridge(), bridge -> new ArrayList<>())
                .add(chain));
        List<World.Entered> entered = new ArrayList<>();
        byBridge.forEach((bridge, there) -> {
            try {
                entered.addAll(world.entered(bridge));
                lost(bridge, there, drops);
            } catch (WorldException e) {
                // flowstream_system_up tells it; figures that cannot be read are left out.
                LOG.debug("bridge {}: {}", bridge, e.reason());
            }
        });
        entered(chains, entered, packets, bytes);
        chains.forEach(chain -> guests(chain, drops));
        reasons.keepOnly(chains.stream()
                .flatMap(chain -> chain.machines().values().stream())
                .collect(Collectors.toSet()));
        return List.of(packets.counter(), bytes.counter(), drops.counter());
    }

    private void entered(List<DeclaredChain> chains, List<World.Entered> rules, Family packets, Family bytes) {
        Map<ChainId, DeclaredChain> known = new HashMap<>();
        chains.forEach(chain -> known.put(chain.id(), chain));
        growth.keepOnly(known.keySet());
        growth.see(rules).forEach((way, sum) -> {
            DeclaredChain chain = known.get(way.chain());
            if (chain != null) {
                String[] labels = {
                    chain.spec().owner().toString(),
                    chain.name().toString(),
                    way.port().toString()
                };
                packets.count(sum.packets(), labels);
                bytes.count(sum.bytes(), labels);
            }
        });
    }

    /** What the switch lost, with one question for all ports of a bridge. */
    private void lost(BridgeName bridge, List<DeclaredChain> chains, Family drops) {
        List<ChainPlan> plans = chains.stream().map(ChainCompiler::compile).toList();
        Set<PortName> ports = new LinkedHashSet<>();
        plans.forEach(plan -> {
            plan.machines().forEach(machine -> ports.addAll(machine.taps()));
            ports.addAll(plan.externalPorts());
        });
        Map<PortName, World.SwitchCount> counts = world.switchCounts(bridge, List.copyOf(ports)).stream()
                .collect(Collectors.toMap(World.SwitchCount::port, count -> count, (first, second) -> first));
        for (int index = 0; index < plans.size(); index++) {
            ChainPlan plan = plans.get(index);
            String owner = chains.get(index).spec().owner().toString();
            for (MachineSpec machine : plan.machines()) {
                machine.taps()
                        .forEach(tap -> lost(
                                counts.get(tap),
                                drops,
                                owner,
                                plan.name().toString(),
                                machine.name().toString()));
            }
            plan.externalPorts()
                    .forEach(port ->
                            lost(counts.get(port), drops, owner, plan.name().toString(), ""));
        }
    }

    private static void lost(
            World.@org.jspecify.annotations.Nullable SwitchCount count,
            Family drops,
            String owner,
            String chain,
            String middlebox) {
        if (count != null) {
            drops.count(count.received(), owner, chain, middlebox, "switch", "not received");
            drops.count(count.sent(), owner, chain, middlebox, "switch", "not sent");
        }
    }

    private void guests(DeclaredChain chain, Family drops) {
        chain.machines()
                .forEach((name, id) -> world.health(id)
                        .flatMap(report -> report.counters())
                        .ifPresent(counters -> reasons.of(name, id, counters.dropped())
                                .forEach((reason, packets) -> drops.count(
                                        packets,
                                        chain.spec().owner().toString(),
                                        chain.name().toString(),
                                        name.toString(),
                                        "guest",
                                        reason))));
    }
}
