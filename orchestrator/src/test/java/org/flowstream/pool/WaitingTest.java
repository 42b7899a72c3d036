package org.flowstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.flowstream.model.DeclaredChain;
import org.flowstream.reconcile.Pass;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which machines that wait are taken, and which of them were at rest. */
final class WaitingTest {
    private static final List<Waiting.Need> NEEDS = Waiting.Need.of(PoolHost.CHAIN);

    @TempDir
    private Path folder;

    private PoolHost host;
    private Waiting waiting;

    @BeforeEach
    void start() {
        host = new PoolHost(folder);
        waiting = new Waiting(host.declarations());
    }

    @AfterEach
    void stop() {
        host.close();
    }

    @Test
    void oneThatNeverServedIsAtRestAndTakenFirst() throws Exception {
        DeclaredChain served = host.machine();
        DeclaredChain fresh = host.machine();
        Pass pass = host.settled(List.of(served, fresh));
        assertThat(waiting.hasRested(served.name())).isTrue();
        waiting.rests(served.name());
        assertThat(waiting.hasRested(served.name())).isFalse();
        assertThat(waiting.hasRested(fresh.name())).isTrue();
        assertThat(waiting.take(NEEDS, pass).orElseThrow())
                .extracting(DeclaredChain::name)
                .containsExactly(fresh.name());
        assertThat(waiting.take(NEEDS, pass).orElseThrow())
                .extracting(DeclaredChain::name)
                .containsExactly(served.name());
        assertThat(waiting.take(NEEDS, pass)).isEmpty();
    }
}
