package org.flowstream.daemon;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.flowstream.api.ApiServer;
import org.flowstream.api.Guests;
import org.flowstream.api.MetricsServer;
import org.flowstream.api.PeerPolicy;
import org.flowstream.api.Route;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.firstpacket.FirstPackets;
import org.flowstream.image.ImageStore;
import org.flowstream.metrics.Metrics;
import org.flowstream.model.DeclaredJson;
import org.flowstream.model.Owner;
import org.flowstream.operation.Operations;
import org.flowstream.operation.Reconfigurations;
import org.flowstream.pool.Pools;
import org.flowstream.problem.BadValueException;
import org.flowstream.reconcile.Confirmations;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Failpoints;
import org.flowstream.reconcile.HostWorld;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.World;
import org.flowstream.store.Store;
import org.flowstream.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon: the store, the world, the loop and the interface, put together. It ends at SIGTERM and leaves machines and
 * rules as they are; the next one adopts them.
 */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final int KEPT_EVENTS = 2000;

    private final Settings settings;
    private final List<AutoCloseable> parts = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Makes the world; it connects by itself, as soon as the systems answer. */
    @FunctionalInterface
    public interface WorldMaker {
        World make(Settings settings, ImageStore images, EventLog events, Clock clock);
    }

    private Daemon(Settings settings) {
        this.settings = settings;
    }

    /** The daemon as a process of its own: its settings come by the environment. */
    public static void main(String[] args) {
        try {
            run(Settings.of(System.getenv()));
        } catch (StoreException e) {
            LOG.error("{}. Cure: {}", e.getMessage(), e.cure());
            System.exit(1);
        } catch (IOException | BadValueException e) {
            LOG.error("{}", e.getMessage());
            System.exit(1);
        }
    }

    /** Works until the process is told to end. */
    public static void run(Settings settings) throws IOException {
        Daemon daemon = start(settings, Daemon::host, Clock.systemUTC());
        Runtime.getRuntime().addShutdownHook(new Thread(daemon::close, "end"));
        try {
            daemon.ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            daemon.close();
        }
    }

    private static World host(Settings settings, ImageStore images, EventLog events, Clock clock) {
        return new HostWorld(
                settings.places(),
                settings.libvirt(),
                settings.openVswitch(),
                settings.ownBridge(),
                images,
                events,
                clock,
                settings.liveness(),
                settings.cpuQuota());
    }

    /** Starts all parts; the interface answers when this returns. */
    public static Daemon start(Settings settings, WorldMaker maker, Clock clock) throws IOException {
        Daemon daemon = new Daemon(settings);
        boolean good = false;
        try {
            daemon.begin(maker, clock);
            good = true;
        } finally {
            if (!good) {
                daemon.close();
            }
        }
        return daemon;
    }

    private void begin(WorldMaker maker, Clock clock) throws IOException {
        makeFolders();
        Failpoints failpoints = Failpoints.parse(System.getenv().getOrDefault(Failpoints.VARIABLE, ""));
        Store store = closing(Store.open(settings.places().state()));
        Files.writeString(settings.pidFile(), ProcessHandle.current().pid() + "\n");
        parts.add(() -> Files.deleteIfExists(settings.pidFile()));
        EventLog events = new EventLog(clock, KEPT_EVENTS);
        Declarations declarations =
                closing(new Declarations(settings.places().installation(), store, new SecureRandom(), clock));
        ImageStore images = new ImageStore(settings.places().images());
        World world = closing(maker.make(settings, images, events, clock));
        Reconciler reconciler =
                closing(new Reconciler(settings.ownBridge(), store, declarations, world, events, clock, failpoints));
        Pools pools = closing(new Pools(declarations, reconciler, images, declarations::pools, new BlankImages()));
        FirstPackets firstPackets =
                closing(new FirstPackets(settings.places(), declarations, reconciler, world, pools, images, events));
        Operations operations = closing(new Operations(store, declarations, reconciler, events, clock));
        Reconfigurations reconfigurations = closing(new Reconfigurations(declarations, reconciler, operations, events));
        Confirmations confirmations = closing(new Confirmations(declarations, reconciler, events, clock));
        Guests guests = new Guests(settings.places());
        Measuring measuring = closing(Measuring.of(
                version(), store, declarations, images, world, reconciler, events, guests, pools, firstPackets));
        Metrics metrics = measuring.metrics();
        List<Route> routes = Routes.of(
                settings,
                version(),
                clock.instant(),
                store,
                declarations,
                images,
                world,
                reconciler,
                confirmations,
                operations,
                reconfigurations,
                pools,
                firstPackets,
                events,
                clock,
                guests,
                metrics);
        int chains = declarations.chains().size();
        events.add(Owner.OPERATOR, new Event.DaemonChanged(true, chains + " chains declared"));
        ObjectMapper json = DeclaredJson.mapper();
        // What is over is taken back before the loop brings it about.
        confirmations.start();
        operations.start();
        reconfigurations.start();
        if (settings.metrics().isPresent()) {
            ListenAddress address = settings.metrics().get();
            closing(MetricsServer.start(address.host(), address.port(), metrics));
            LOG.info("figures at http://{}/metrics", address);
        }
        reconciler.start();
        pools.start();
        firstPackets.start();
        closing(ApiServer.start(settings.apiSocket(), PeerPolicy.of(settings.group()), routes, json));
        LOG.info("flowstream {} answers at {}, {} chains declared", version(), settings.apiSocket(), chains);
    }

    private void makeFolders() throws IOException {
        for (Path folder : List.of(
                settings.places().state(),
                settings.places().images(),
                settings.places().run(),
                settings.places().run().resolve("machines"),
                settings.places().log())) {
            Files.createDirectories(folder);
        }
        // QEMU's user reaches its sockets, and none of the others' contents.
        Files.setPosixFilePermissions(settings.places().run(), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(settings.places().state(), PosixFilePermissions.fromString("rwxr-x--x"));
    }

    private <T extends AutoCloseable> T closing(T part) {
        parts.add(part);
        return part;
    }

    /** The version that the build wrote into the jar. */
    static String version() {
        String version = Daemon.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }

    /** Ends the parts, the latest first; what fails to end does not keep the others. */
    @Override
    public void close() {
        for (int index = parts.size() - 1; index >= 0; index--) {
            try {
                parts.get(index).close();
            } catch (Exception e) {
                LOG.warn("a part of the daemon does not end well", e);
            }
        }
        parts.clear();
        ended.countDown();
    }
}
