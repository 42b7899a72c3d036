package org.flowstream.daemon;

import java.util.List;
import org.flowstream.api.Guests;
import org.flowstream.api.MetricsResource;
import org.flowstream.event.EventLog;
import org.flowstream.firstpacket.FirstPackets;
import org.flowstream.image.ImageStore;
import org.flowstream.metrics.DemandMetrics;
import org.flowstream.metrics.DropReasons;
import org.flowstream.metrics.EventMetrics;
import org.flowstream.metrics.Metrics;
import org.flowstream.metrics.WorldMetrics;
import org.flowstream.pool.Pools;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.World;
import org.flowstream.store.Store;

/** The figures of a daemon, put together; made before its loop starts, so that the first pass is counted. */
record Measuring(Metrics metrics, DropReasons reasons) implements AutoCloseable {
    static Measuring of(
            String version,
            Store store,
            Declarations declarations,
            ImageStore images,
            World world,
            Reconciler reconciler,
            EventLog events,
            Guests guests,
            Pools pools,
            FirstPackets firstPackets) {
        EventMetrics counted = new EventMetrics(declarations);
        events.listen(counted::see);
        reconciler.whenPassed(counted::passed);
        DropReasons reasons = new DropReasons(MetricsResource.guestDrops(guests, declarations, images));
        WorldMetrics asked = new WorldMetrics(version, declarations, store, world, reconciler, reasons);
        DemandMetrics demand = new DemandMetrics(declarations, pools, firstPackets);
        return new Measuring(new Metrics(List.of(counted, asked, demand)), reasons);
    }

    @Override
    public void close() {
        reasons.close();
    }
}
