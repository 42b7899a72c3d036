package org.flowstream.metrics;

import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.model.DeclaredChain;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.World;
import org.flowstream.store.Store;

/** What the world tells when it is asked: the systems, the chains and the middleboxes. */
public final class WorldMetrics implements Metrics.Source {
    private final String version;
    private final Declarations declarations;
    private final World world;
    private final MiddleboxMetrics middleboxes;
    private final TrafficMetrics traffic;

    public WorldMetrics(
            String version,
            Declarations declarations,
            Store store,
            World world,
            Reconciler reconciler,
            DropReasons reasons) {
        this.version = version;
        this.declarations = declarations;
        this.world = world;
        this.middleboxes = new MiddleboxMetrics(world, reconciler, store);
        this.traffic = new TrafficMetrics(world, reasons);
    }

    @Override
    public List<MetricSnapshot> read() {
        List<DeclaredChain> chains = declarations.chains();
        List<MetricSnapshot> all = new ArrayList<>(systems());
        Family chainsDeclared = new Family("flowstream_chains", "Chains that are declared.", "owner");
        chains.forEach(chain -> chainsDeclared.add(1, chain.spec().owner().toString()));
        all.add(chainsDeclared.gauge());
        all.addAll(middleboxes.read(chains));
        all.addAll(traffic.read(chains));
        return all;
    }

    private List<MetricSnapshot> systems() {
        Family build = new Family("flowstream_build_info", "The daemon's version.", "version");
        build.add(1, version);
        Family systems = new Family("flowstream_system_up", "Whether a system of the host answers.", "system");
        world.systems().forEach(system -> systems.add(system.answers() ? 1 : 0, system.name()));
        Family bridges =
                new Family("flowstream_openflow_up", "Whether a bridge has an OpenFlow connection to us.", "bridge");
        world.openflow().forEach((bridge, connected) -> bridges.add(connected ? 1 : 0, bridge.toString()));
        return List.of(build.gauge(), systems.gauge(), bridges.gauge());
    }
}
