package org.flowstream.firstpacket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.flowstream.image.ImageCompiler;
import org.flowstream.image.ImageStore;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.Name;
import org.flowstream.pool.PoolHost;
import org.flowstream.pool.Pools;
import org.flowstream.reconcile.WorldException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines for a flow, of which the loop may be at work on some. */
final class TakenTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    private PoolHost host;
    private Pools pools;

    @BeforeEach
    void start() {
        host = new PoolHost(folder);
        // Not started, so that it refills nothing.
        pools = new Pools(
                host.declarations(),
                host.reconciler(),
                new ImageStore(folder.resolve("images")),
                List::of,
                count -> ImageCompiler.ofProgram().empty(count));
    }

    @AfterEach
    void stop() {
        pools.close();
        host.close();
    }

    /** Machines that wait and are ready. */
    private List<DeclaredChain> ready(int count) throws InterruptedException {
        List<DeclaredChain> machines =
                Stream.generate(host::machine).limit(count).toList();
        host.settled(machines);
        return machines;
    }

    private Taken take() throws InterruptedException {
        return Taken.of(PoolHost.CHAIN, pools, host.reconciler(), PATIENCE);
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
        assertThat(host.reconciler().reserve(taken.machines().get(0).name())).isFalse();
        // The one that was passed over can be taken again once the loop is done.
        host.reconciler().giveBack(busy);
        assertThat(take().machines()).extracting(DeclaredChain::name).containsExactly(busy);
    }

    @Test
    void withoutOneThatIsFreeOneIsStarted() throws Exception {
        Name busy = ready(1).get(0).name();
        assertThat(host.reconciler().reserve(busy)).isTrue();
        Taken taken = take();
        assertThat(taken.pooled()).isFalse();
        assertThat(taken.machines()).hasSize(1).noneMatch(each -> each.name().equals(busy));
        assertThat(host.reconciler().reserve(taken.machines().get(0).name())).isFalse();
        // What it did not get it did not give back to the loop either.
        assertThat(host.reconciler().reserve(busy)).isFalse();
    }

    @Test
    void whatCannotBeHadIsToldWithAReason() throws Exception {
        ready(1);
        host.reconciler().close();
        assertThatThrownBy(() -> Taken.of(PoolHost.CHAIN, pools, host.reconciler(), Duration.ofMillis(1)))
                .isInstanceOf(WorldException.class)
                .hasMessageContaining("none was ready in time");
    }
}
