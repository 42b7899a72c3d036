package org.flowstream.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.flowstream.model.BridgeName;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often a machine is asked: at each heartbeat, but less often while the switch hears it and it has nothing to do. */
final class RestingTest {
    private static final Duration HEARTBEAT = Duration.ofMillis(100);
    /** Five heartbeats; a machine that rests is asked after a hundred of them. */
    private static final Duration LONG = Duration.ofMillis(500);

    private static final Duration BOUND = Duration.ofSeconds(5);
    private static final MachineId ID = new MachineId(7);

    @TempDir
    private Path folder;

    private final AtomicLong askedNanos = new AtomicLong(System.nanoTime());
    private final AtomicInteger asked = new AtomicInteger();
    /** Frames that the guest counts between two questions. */
    private final AtomicInteger growth = new AtomicInteger();

    private ServerSocketChannel guest;
    private HealthMonitor health;

    @BeforeEach
    void watch() throws IOException {
        Path socket = folder.resolve("health.sock");
        guest = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        guest.bind(UnixDomainSocketAddress.of(socket));
        Thread thread = new Thread(this::answer, "guest");
        thread.setDaemon(true);
        thread.start();
        health = new HealthMonitor(
                new Nobody(),
                new Nobody(),
                (machine, level, good, detail) -> {},
                () -> {},
                Clock.systemUTC(),
                new Random());
        health.watch(new Watched(
                Machines.machine(
                        ID,
                        "fw",
                        ImageDigest.parse("00".repeat(32)),
                        new HealthSpec(List.of(HealthLevel.CONTROL), HEARTBEAT),
                        List.of()),
                BridgeName.parse("flowstream"),
                socket));
        await("ready").atMost(BOUND).until(() -> health.isReady(ID));
    }

    @AfterEach
    void close() throws IOException {
        health.close();
        guest.close();
    }

    private void answer() {
        int frames = 0;
        try (SocketChannel client = guest.accept()) {
            say(client, "READY digest=" + "00".repeat(32) + " boot_us=900 devices=2 memory_kib=8192 pool=900 bfd=0\n");
            BufferedReader lines = new BufferedReader(
                    new InputStreamReader(Channels.newInputStream(client), StandardCharsets.US_ASCII));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                askedNanos.set(System.nanoTime());
                asked.incrementAndGet();
                frames += growth.get();
                say(
                        client,
                        line.replace("PING", "PONG") + " uptime_us=5000 received=" + frames
                                + " sent=0 dropped=0 pool_free=900\n");
            }
        } catch (IOException e) {
            askedNanos.set(0); // the test is over, or sees that it is asked no more
        }
    }

    private static void say(SocketChannel client, String line) throws IOException {
        client.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
    }

    private void awaitQuestions() {
        int before = asked.get();
        await("three more questions").atMost(BOUND).until(() -> asked.get() >= before + 3);
    }

    private void awaitRest() {
        await("no question for long").atMost(BOUND).until(() -> System.nanoTime() - askedNanos.get() > LONG.toNanos());
    }

    @Test
    void oneThatTheSwitchHearsRestsUntilItDoesNot() {
        awaitQuestions();
        health.heard(Set.of(ID));
        awaitRest();
        health.heard(Set.of());
        awaitQuestions();
    }

    @Test
    void oneThatSomeoneLooksAtDoesNotRest() {
        health.heard(Set.of(ID));
        awaitRest();
        assertThat(health.look(ID)).isPresent();
        awaitQuestions();
    }

    @Test
    void oneThatWorksDoesNotRest() {
        growth.set(1000);
        awaitQuestions();
        health.heard(Set.of(ID));
        awaitQuestions();
        growth.set(0);
        awaitRest();
    }
}
