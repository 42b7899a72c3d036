package org.flowstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.flowstream.model.DeviceMode;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.Installation;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.RunState;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Failpoints;
import org.flowstream.reconcile.Pass;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.SimulatedWorld;
import org.flowstream.store.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which machines that wait are taken, and which of them were at rest. */
final class WaitingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final BridgeName BRIDGE = BridgeName.parse("flowstream");
    private static final ChainSpec CHAIN = ChainSpec.of(
            Name.parse("web"),
            Owner.OPERATOR,
            new ChainSpec.Spec(
                    BRIDGE,
                    FlowMatch.parse("tcp"),
                    100,
                    FailurePolicy.CLOSED,
                    RunState.RUNNING,
                    List.of(new MiddleboxSpec(
                            Name.parse("web"),
                            "wire 1.0.0",
                            ImageDigest.parse("sha256:" + "1".repeat(64)),
                            8,
                            1,
                            HypervisorChoice.AUTO,
                            HealthSpec.STANDARD,
                            List.of(
                                    new DeviceWiring("outside", DeviceMode.BUMP, WireEnd.parse("uplink")),
                                    new DeviceWiring("inside", DeviceMode.BUMP, WireEnd.parse("servers")))))));

    @TempDir
    private Path folder;

    private Store store;
    private Declarations declarations;
    private Reconciler reconciler;
    private Waiting waiting;

    @BeforeEach
    void start() {
        store = Store.open(folder);
        declarations = new Declarations(Installation.STANDARD, store, new Random(7), Clock.systemUTC());
        reconciler = new Reconciler(
                BRIDGE,
                store,
                declarations,
                new SimulatedWorld("uplink", "servers"),
                new EventLog(Clock.systemUTC(), 100),
                Clock.systemUTC(),
                Failpoints.NONE);
        reconciler.start();
        waiting = new Waiting(declarations);
    }

    @AfterEach
    void stop() {
        reconciler.close();
        store.close();
    }

    private DeclaredChain machine() {
        return declarations.declareWaiting(new InstanceSpec.Blank(
                Name.parse("pool"), CHAIN, ImageDigest.parse("sha256:" + "0".repeat(64)), 8, 2, HypervisorChoice.AUTO));
    }

    private Pass settled(DeclaredChain... machines) throws InterruptedException {
        return reconciler
                .await(pass -> List.of(machines).stream().allMatch(it -> pass.isSettled(it.name())), PATIENCE)
                .orElseThrow();
    }

    @Test
    void oneThatNeverServedIsAtRestAndTakenFirst() throws Exception {
        DeclaredChain served = machine();
        DeclaredChain fresh = machine();
        Pass pass = settled(served, fresh);
        assertThat(waiting.hasRested(served.name())).isTrue();
        waiting.rests(served.name());
        assertThat(waiting.hasRested(served.name())).isFalse();
        assertThat(waiting.hasRested(fresh.name())).isTrue();
        assertThat(waiting.take(Waiting.Need.of(CHAIN), pass).orElseThrow())
                .extracting(DeclaredChain::name)
                .containsExactly(fresh.name());
        assertThat(waiting.take(Waiting.Need.of(CHAIN), pass).orElseThrow())
                .extracting(DeclaredChain::name)
                .containsExactly(served.name());
        assertThat(waiting.take(Waiting.Need.of(CHAIN), pass)).isEmpty();
    }
}
