package org.flowstream.firstpacket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.flowstream.chain.InstanceSpec;
import org.flowstream.event.EventLog;
import org.flowstream.image.ImageCompiler;
import org.flowstream.image.ImageStore;
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
import org.flowstream.pool.Pools;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Failpoints;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.SimulatedWorld;
import org.flowstream.reconcile.WorldException;
import org.flowstream.store.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines for a flow, of which the loop may be at work on some. */
final class TakenTest {
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
    private Pools pools;

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
        // Not started, so that it refills nothing.
        pools = new Pools(
                declarations,
                reconciler,
                new ImageStore(folder.resolve("images")),
                List::of,
                count -> ImageCompiler.ofProgram().empty(count));
    }

    @AfterEach
    void stop() {
        pools.close();
        reconciler.close();
        store.close();
    }

    /** Machines that wait and are ready. */
    private List<DeclaredChain> ready(int count) throws InterruptedException {
        List<DeclaredChain> machines = java.util.stream.IntStream.range(0, count)
                .mapToObj(i -> declarations.declareWaiting(new InstanceSpec.Blank(
                        Name.parse("pool"),
                        CHAIN,
                        ImageDigest.parse("sha256:" + "0".repeat(64)),
                        8,
                        2,
                        HypervisorChoice.AUTO)))
                .toList();
        reconciler.wake();
        assertThat(reconciler.await(pass -> machines.stream().allMatch(each -> pass.isSettled(each.name())), PATIENCE))
                .isPresent();
        return machines;
    }

    private Taken take() throws InterruptedException {
        return Taken.of(CHAIN, pools, reconciler, PATIENCE);
    }

    @Test
    void whatTheLoopIsAtWorkOnIsLeftToItAndAnotherIsTaken() throws Exception {
        List<DeclaredChain> two = ready(2);
        // Which of them comes first is not said: whichever it is, it is busy.
        Name busy = take().machines().get(0).name();
        pools.giveBack(two);
        Taken taken = take();
        assertThat(taken.pooled()).isTrue();
        assertThat(taken.machines()).hasSize(1).noneMatch(each -> each.name().equals(busy));
        // The loop is kept from it, and only from it.
        assertThat(reconciler.reserve(taken.machines().get(0).name())).isFalse();
        // The one that was passed over can be taken again once the loop is done.
        reconciler.giveBack(busy);
        assertThat(take().machines()).extracting(DeclaredChain::name).containsExactly(busy);
    }

    @Test
    void withoutOneThatIsFreeOneIsStarted() throws Exception {
        Name busy = ready(1).get(0).name();
        assertThat(reconciler.reserve(busy)).isTrue();
        Taken taken = take();
        assertThat(taken.pooled()).isFalse();
        assertThat(taken.machines()).hasSize(1).noneMatch(each -> each.name().equals(busy));
        assertThat(reconciler.reserve(taken.machines().get(0).name())).isFalse();
        // What it did not get it did not give back to the loop either.
        assertThat(reconciler.reserve(busy)).isFalse();
    }

    @Test
    void whatCannotBeHadIsToldWithAReason() throws Exception {
        ready(1);
        reconciler.close();
        assertThatThrownBy(() -> Taken.of(CHAIN, pools, reconciler, Duration.ofMillis(1)))
                .isInstanceOf(WorldException.class)
                .hasMessageContaining("none was ready in time");
    }
}
