package org.flowstream.pool;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.flowstream.chain.InstanceSpec;
import org.flowstream.event.EventLog;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.Installation;
import org.flowstream.model.Middleboxes;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.RunState;
import org.flowstream.net.FlowMatch;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Failpoints;
import org.flowstream.reconcile.Pass;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.SimulatedWorld;
import org.flowstream.store.Store;

/** A simulated host with its loop, and a chain whose machines may wait there. */
public final class PoolHost implements AutoCloseable {
    /** With one middlebox. */
    public static final ChainSpec CHAIN = ChainSpec.of(
            Name.parse("web"),
            Owner.OPERATOR,
            new ChainSpec.Spec(
                    BridgeName.parse("flowstream"),
                    FlowMatch.parse("tcp"),
                    100,
                    FailurePolicy.CLOSED,
                    RunState.RUNNING,
                    List.of(Middleboxes.wire("web", 1, "uplink", "servers"))));

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Store store;
    private final Declarations declarations;
    private final Reconciler reconciler;

    /** @param folder for its store */
    public PoolHost(Path folder) {
        store = Store.open(folder);
        declarations = new Declarations(Installation.STANDARD, store, new Random(7), Clock.systemUTC());
        reconciler = new Reconciler(
                CHAIN.spec().bridge(),
                store,
                declarations,
                new SimulatedWorld("uplink", "servers"),
                new EventLog(Clock.systemUTC(), 100),
                Clock.systemUTC(),
                Failpoints.NONE);
        reconciler.start();
    }

    public Declarations declarations() {
        return declarations;
    }

    public Reconciler reconciler() {
        return reconciler;
    }

    /** Declares a machine that waits. */
    public DeclaredChain machine() {
        return declarations.declareWaiting(new InstanceSpec.Blank(
                Name.parse("pool"), CHAIN, ImageDigest.parse("sha256:" + "0".repeat(64)), 8, 2, HypervisorChoice.AUTO));
    }

    /** Waits until machines are ready and the loop is done with them. */
    public Pass settled(List<DeclaredChain> machines) throws InterruptedException {
        return reconciler
                .await(pass -> machines.stream().allMatch(it -> pass.isSettled(it.name())), PATIENCE)
                .orElseThrow();
    }

    @Override
    public void close() {
        reconciler.close();
        store.close();
    }
}
