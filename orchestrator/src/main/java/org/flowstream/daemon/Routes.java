package org.flowstream.daemon;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.api.ApplyResource;
import org.flowstream.api.CaptureResource;
import org.flowstream.api.ChainResource;
import org.flowstream.api.ControlResource;
import org.flowstream.api.Declaring;
import org.flowstream.api.DemandResource;
import org.flowstream.api.DropResource;
import org.flowstream.api.EventResource;
import org.flowstream.api.Guests;
import org.flowstream.api.ImageResource;
import org.flowstream.api.MetricsResource;
import org.flowstream.api.MiddleboxResource;
import org.flowstream.api.MiddleboxViews;
import org.flowstream.api.OpenApiResource;
import org.flowstream.api.OperationResource;
import org.flowstream.api.PartResource;
import org.flowstream.api.PortResource;
import org.flowstream.api.ReconfigureResource;
import org.flowstream.api.Route;
import org.flowstream.api.Snapshots;
import org.flowstream.api.StatusResource;
import org.flowstream.api.TraceResource;
import org.flowstream.api.UpgradeResource;
import org.flowstream.event.EventLog;
import org.flowstream.firstpacket.FirstPackets;
import org.flowstream.image.ImageStore;
import org.flowstream.metrics.Metrics;
import org.flowstream.operation.Operations;
import org.flowstream.operation.Reconfigurations;
import org.flowstream.operation.Upgrades;
import org.flowstream.ovsdb.SwitchControl;
import org.flowstream.pool.Pools;
import org.flowstream.reconcile.Confirmations;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.World;
import org.flowstream.store.Store;

/** All that the daemon answers. */
final class Routes {
    private Routes() {}

    static List<Route> of(
            Settings settings,
            String version,
            Instant startedAt,
            Store store,
            Declarations declarations,
            ImageStore images,
            World world,
            Reconciler reconciler,
            Confirmations confirmations,
            Operations operations,
            Reconfigurations reconfigurations,
            Pools pools,
            FirstPackets firstPackets,
            EventLog events,
            Clock clock,
            Guests guests,
            Metrics metrics) {
        MiddleboxViews views =
                new MiddleboxViews(settings.places().installation(), declarations, store, world, reconciler);
        List<Route> routes = new ArrayList<>();
        routes.addAll(OpenApiResource.routes());
        routes.addAll(new StatusResource(version, startedAt, world, reconciler, views).routes());
        Declaring declaring = new Declaring(declarations, reconciler, images, events, world);
        routes.addAll(new ChainResource(declarations, reconciler, declaring, operations, events).routes());
        routes.addAll(
                new ApplyResource(declarations, declaring, confirmations, operations, world, events, clock).routes());
        routes.addAll(new DemandResource(declarations, pools, firstPackets).routes());
        routes.addAll(new OperationResource(operations).routes());
        Upgrades upgrades = new Upgrades(declarations, reconciler, operations, images, events);
        routes.addAll(new UpgradeResource(declarations, upgrades, operations).routes());
        routes.addAll(new ReconfigureResource(declarations, declaring, reconfigurations, operations, images).routes());
        routes.addAll(new MiddleboxResource(declarations, reconciler, views, guests, images).routes());
        routes.addAll(new ControlResource(declarations, guests, images).routes());
        routes.addAll(new DropResource(declarations, guests, images, world).routes());
        routes.addAll(new PortResource(declarations, reconciler, world, events).routes());
        routes.addAll(new ImageResource(images, declarations).routes());
        routes.addAll(new PartResource(images.parts()).routes());
        routes.addAll(
                new EventResource(events, new Snapshots(declarations, reconciler, views, events, Clock.systemUTC()))
                        .routes());
        routes.addAll(
                new TraceResource(declarations, guests, images, SwitchControl.of(settings.openVswitch())).routes());
        routes.addAll(new CaptureResource(declarations, Clock.systemUTC()).routes());
        routes.addAll(new MetricsResource(metrics).routes());
        return List.copyOf(routes);
    }
}
