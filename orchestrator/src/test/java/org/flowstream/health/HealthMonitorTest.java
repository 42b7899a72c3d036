package org.flowstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.flowstream.model.BridgeName;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.testing.Peer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guests that say nothing, and who is told of it. */
final class HealthMonitorTest {
    private static final String READY =
            "READY digest=" + "ab".repeat(32) + " boot_us=1234 devices=2 memory_kib=8192 pool=900\n";
    private static final Duration BOUND = Duration.ofSeconds(10);

    private final CountDownLatch told = new CountDownLatch(1);
    private final HealthMonitor health = new HealthMonitor(
            new Nobody(),
            new Nobody(),
            (machine, level, good, detail) -> {},
            told::countDown,
            Clock.systemUTC(),
            new Random(1));

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        health.close();
    }

    private Watched machine(int id, HealthLevel... levels) {
        MachineSpec spec = Machines.machine(
                new MachineId(id),
                "m" + id,
                Machines.IMAGE,
                new HealthSpec(List.of(levels), Duration.ofMillis(100)),
                List.of());
        return new Watched(spec, new BridgeName("br"), folder.resolve("health" + id));
    }

    private static String pong(String ping) {
        return "PONG " + ping.substring(5) + " uptime_us=5 received=0 sent=0 dropped=0 pool_free=900\n";
    }

    @Test
    void aMachineThatWasFoundAndIsSilentIsUnwellWithinFiveSecondsAndOneThatStartsIsNot() throws Exception {
        Watched found = machine(1, HealthLevel.CONTROL);
        Watched starting = machine(2, HealthLevel.CONTROL);
        try (Peer one = Peer.listen(found.healthSocket(), "", line -> "");
                Peer two = Peer.listen(starting.healthSocket(), "", line -> "")) {
            assertThat(one).isNotEqualTo(two);
            long begin = System.nanoTime();
            health.watch(found);
            health.watchFromStart(starting);
            assertThat(told.await(BOUND.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
            assertThat(health.isUnwell(found.machine().id())).isTrue();
            assertThat(health.isUnwell(starting.machine().id())).isFalse();
        }
    }

    @Test
    void aMachineThatCeasesToAnswerIsToldOfWhenItIsToBeStartedAnew() throws Exception {
        Watched machine = machine(1, HealthLevel.CONTROL);
        MachineId id = machine.machine().id();
        AtomicBoolean hangs = new AtomicBoolean();
        // Of a machine that hangs QEMU still takes connections.
        try (Peer guest = Peer.listen(machine.healthSocket(), READY, line -> hangs.get() ? "" : pong(line))) {
            assertThat(guest).isNotNull();
            health.watch(machine);
            Awaitility.await("ready").atMost(BOUND).until(() -> health.isReady(id));
            assertThat(told.getCount()).isEqualTo(1);
            hangs.set(true);
            assertThat(told.await(BOUND.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
            assertThat(health.isUnwell(id)).isTrue();
        }
    }
}
