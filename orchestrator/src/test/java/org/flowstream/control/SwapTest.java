package org.flowstream.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.flowstream.element.ElementLibrary;
import org.flowstream.image.Image;
import org.flowstream.image.ImageBuilder;
import org.flowstream.image.ImageCompiler;
import org.flowstream.image.Manifest;
import org.flowstream.image.Runtimes;
import org.flowstream.image.SwapMessage;
import org.flowstream.lowering.ConfigurationCompiler;
import org.flowstream.lowering.Devices;
import org.flowstream.model.HealthSpec;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that a running engine takes, or refuses. */
final class SwapTest {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final String SECRET = "quite-a-secret";
    private static final Manifest MANIFEST = manifest("test");
    private static final String COUNTING =
            "InfiniteSource(LIMIT 1000) -> MarkIPHeader -> c :: Counter -> f :: IPFilter(allow all) -> Discard;";

    @TempDir
    private Path folder;

    private static Manifest manifest(String template) {
        return new Manifest(
                template,
                "1.0.0",
                new TreeMap<>(),
                List.of(),
                List.of(),
                new TreeSet<>(),
                8 << 20,
                HealthSpec.STANDARD,
                List.of(),
                "00".repeat(32),
                "test");
    }

    private static Image image(String configuration, String template) {
        Problems problems = new Problems();
        byte[] blob = ConfigurationCompiler.compile(
                        new SourceText("next.click", configuration),
                        Map.of(),
                        ElementLibrary.load(),
                        Devices.NUMBERED,
                        problems)
                .orElseThrow(() -> new AssertionError(problems.list()))
                .blob()
                .toBytes();
        return new ImageBuilder(Runtimes.ofProgram().whole()).build(blob, manifest(template));
    }

    @Test
    void whatRunsAnswersForTheNewImageAndKeepsItsState() throws IOException {
        Image next = image("Idle -> c :: Counter -> Discard;", "next");
        try (EngineProcess engine = EngineProcess.start(folder, COUNTING, MANIFEST);
                ControlClient client = ControlClient.open(engine.control(), BOUND);
                HealthClient health = HealthClient.open(engine.health())) {
            health.awaitReady(BOUND);
            client.write("c.reset_counts", new byte[0]);
            String before = client.text("c.count").strip();
            Swap.take(client, next);
            assertThat(client.text("c.count").strip()).isEqualTo(before);
            assertThat(client.text("manifest")).contains("\"next\"");
            assertThat(client.text("config")).contains("Idle").doesNotContain("IPFilter");
            health.ping(BOUND);
            assertThat(health.latestReady().orElseThrow().image()).isEqualTo(next.digest());
            try (HealthClient another = openAfter(engine, health)) {
                assertThat(another.awaitReady(BOUND).image()).isEqualTo(next.digest());
            }
        }
    }

    private static HealthClient openAfter(EngineProcess engine, HealthClient before) throws IOException {
        before.close();
        return HealthClient.open(engine.health());
    }

    @Test
    void aRefusalTellsAllAndChangesNothing() throws IOException {
        byte[] good = SwapMessage.of(image("Idle -> Discard;", "next"));
        Image wrong = image("FromDevice(0) -> Discard; FromDevice(1) -> Discard;", "wrong");
        try (EngineProcess engine = EngineProcess.start(folder, COUNTING, MANIFEST);
                ControlClient client = ControlClient.open(engine.control(), BOUND)) {
            assertThatThrownBy(() -> Swap.take(client, wrong))
                    .isInstanceOf(HandlerException.class)
                    .hasMessageContaining("FromDevice(0): no such device (next.click:1)")
                    .hasMessageContaining("FromDevice(1): no such device (next.click:1)");
            for (int at = 0; at < good.length; at += 97) {
                byte[] bad = good.clone();
                bad[at] = (byte) (bad[at] ^ 1 << at % 8);
                assertThatThrownBy(() -> client.write("image", bad)).isInstanceOf(HandlerException.class);
            }
            assertThatThrownBy(() -> client.write("image", Arrays.copyOf(good, good.length - 1)))
                    .hasMessageContaining("not a SHA-256 and an image segment");
            try (SocketChannel dying = openAfter(client, engine)) {
                dying.write(ByteBuffer.wrap(
                        ("WRITEDATA image " + good.length + "\r\n").getBytes(StandardCharsets.US_ASCII)));
                dying.write(ByteBuffer.wrap(good, 0, good.length / 2));
            }
            try (ControlClient next = ControlClient.open(engine.control(), BOUND)) {
                assertThat(next.text("digest").strip())
                        .isEqualTo(engine.image().digest().hex());
                assertThat(next.text("f.class").strip()).isEqualTo("IPFilter");
            }
        }
    }

    private static SocketChannel openAfter(ControlClient before, EngineProcess engine) throws IOException {
        before.close();
        return SocketChannel.open(UnixDomainSocketAddress.of(engine.control()));
    }

    @Test
    void aThousandSwapsLeaveTheMemoryFlat() throws IOException {
        byte[] one = SwapMessage.of(image(COUNTING, "one"));
        byte[] other = SwapMessage.of(image("Idle -> c :: Counter -> q :: Queue -> Unqueue -> Discard;", "other"));
        try (EngineProcess engine = EngineProcess.start(folder, COUNTING, MANIFEST);
                ControlClient client = ControlClient.open(engine.control(), BOUND)) {
            long flat = 0;
            for (int i = 0; i < 500; i++) {
                client.write("image", one);
                client.write("image", other);
                if (i == 0) {
                    flat = engine.memoryPages();
                }
            }
            assertThat(engine.memoryPages()).isEqualTo(flat);
        }
    }

    @Test
    void aScrubLeavesNoByteOfItsFormerOwner() throws IOException {
        String configuration = "InfiniteSource(DATA \"" + SECRET + " and more\", LIMIT 5000)\n" + "-> StoreData(14, \""
                + SECRET + "\") -> q :: Queue(100) -> Unqueue -> CheckIPHeader -> Discard;";
        Image empty = ImageCompiler.ofProgram().empty(1);
        assertThat(empty.manifest().runtime())
                .isEqualTo(Runtimes.ofProgram().whole().sha256());
        Image idle = image("Idle -> Discard;", "empty");
        try (EngineProcess engine = EngineProcess.start(folder, "Idle -> Discard;", MANIFEST);
                ControlClient client = ControlClient.open(engine.control(), BOUND)) {
            assertThat(engine.memoryHolds(SECRET)).isEmpty();
            Swap.take(client, image(configuration, SECRET));
            assertThat(client.text("drops")).isNotEmpty();
            assertThat(client.text("config")).contains(SECRET);
            assertThat(engine.memoryHolds(SECRET)).isNotEmpty();
            Swap.scrub(client, idle);
            assertThat(engine.memoryHolds(SECRET)).isEmpty();
            assertThat(client.text("drops")).isEmpty();
            assertThat(client.text("digest").strip()).isEqualTo(idle.digest().hex());
        }
    }

    @Test
    void aScrubClearsTheImageThatAProcessBeganWith() throws IOException {
        String configuration = "Idle -> Print(\"" + SECRET + "\") -> Discard;";
        try (EngineProcess engine = EngineProcess.start(folder, configuration, MANIFEST);
                ControlClient client = ControlClient.open(engine.control(), BOUND)) {
            assertThat(engine.memoryHolds(SECRET)).isNotEmpty();
            Swap.scrub(client, image("Idle -> Discard;", "empty"));
            assertThat(engine.memoryHolds(SECRET)).isEmpty();
        }
    }
}
