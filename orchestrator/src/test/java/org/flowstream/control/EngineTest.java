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
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementLibrary;
import org.flowstream.image.Manifest;
import org.flowstream.lowering.HandlerValue;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.ImageDigest;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client's side against the engine itself. */
final class EngineTest {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final int PACKETS = 1000;
    private static final String CONFIGURATION =
            "InfiniteSource(LIMIT " + PACKETS + ")\n -> before :: Counter\n -> check :: CheckIPHeader\n -> Discard;";
    private static final Manifest MANIFEST = new Manifest(
            "test",
            "1.0.0",
            new TreeMap<>(),
            List.of(),
            List.of(new Manifest.Element("check", "CheckIPHeader", "test.click", 3, List.of())),
            new TreeSet<>(),
            8 << 20,
            HealthSpec.STANDARD,
            List.of(),
            "00".repeat(32),
            "test");

    @TempDir
    private Path folder;

    private static void awaitPackets(ControlClient client) {
        Awaitility.await("all packets")
                .atMost(BOUND)
                .until(() -> client.text("before.count").strip().equals(Integer.toString(PACKETS)));
    }

    @Test
    void handlersDropsAndHealthAgree() throws IOException {
        try (EngineProcess engine = EngineProcess.start(folder, CONFIGURATION, MANIFEST);
                ControlClient client = ControlClient.open(engine.control(), BOUND);
                HealthClient health = HealthClient.open(engine.health())) {
            ReadyLine ready = health.awaitReady(BOUND);
            assertThat(ready.image()).isEqualTo(engine.image().digest());
            assertThat(ImageDigest.parse(client.text("digest").strip()))
                    .isEqualTo(engine.image().digest());
            assertThat(client.text("manifest")).isEqualTo(MANIFEST.toJson());
            awaitPackets(client);
            assertThat(Handlers.elements(client)).hasSize(4).contains("before", "check");
            assertThat(Handlers.of(client, "before"))
                    .contains(
                            new Handlers.Handler("before", "count", true, false),
                            new Handlers.Handler("before", "reset_counts", false, true),
                            new Handlers.Handler("before", "count_call", true, true));
            assertThat(Handlers.of(client, "")).contains(new Handlers.Handler("", "stop", false, true));

            DropReport drops = DropReport.parse(client.text("drops"), MANIFEST);
            assertThat(drops.total()).isEqualTo(PACKETS);
            assertThat(drops.rows()).allMatch(row -> row.element().equals("check") && row.line() == 3);
            assertThat(drops.rows().get(0).head()).isNotEmpty();
            Pong pong = health.ping(BOUND);
            assertThat(pong.dropped()).isEqualTo(PACKETS);
            Counters.Pool pool = Counters.Pool.parse(client.text("pool"));
            assertThat(pool.size()).isEqualTo(ready.pool());
            assertThat(pool.free()).isEqualTo(pong.poolFree());
            assertThat(Counters.devices(client.text("devices"))).isEmpty();

            client.write("before.reset_counts", new byte[0]);
            assertThat(client.text("before.count").strip()).isEqualTo("0");
        }
    }

    @Test
    void refusalsCarryTheEnginesCodes() throws IOException {
        try (EngineProcess engine = EngineProcess.start(folder, CONFIGURATION, MANIFEST);
                ControlClient client = ControlClient.open(engine.control(), BOUND)) {
            assertThat(code(client, "nobody.count")).isEqualTo(510);
            assertThat(code(client, "before.nothing")).isEqualTo(511);
            assertThat(code(client, "before.reset")).isEqualTo(530);
            assertThatThrownBy(() -> client.write("before.count", new byte[1])).hasMessageContaining("read-only");
            assertThatThrownBy(() -> client.write("before.count_call", "x y".getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOfSatisfying(
                            HandlerException.class, e -> assertThat(e.code()).isEqualTo(520));
            assertThat(client.text("version")).isNotEmpty();
        }
    }

    @Test
    void rulesAreCompiledHereAndTakenThere() throws IOException {
        ElementLibrary library = ElementLibrary.load();
        ElementClass filter = library.find("IPFilter").orElseThrow();
        String configuration =
                "InfiniteSource(ACTIVE false) -> MarkIPHeader -> f :: IPFilter(allow all) -> Discard; f[1] -> Discard;";
        try (EngineProcess engine = EngineProcess.start(folder, configuration, MANIFEST);
                ControlClient client = ControlClient.open(engine.control(), BOUND)) {
            StringBuilder rules = new StringBuilder();
            for (int port = 1; port <= 1000; port++) {
                rules.append("1 tcp dst port ").append(port).append(", ");
            }
            for (String text : List.of("deny udp, 1 icmp, allow all", rules + "deny all", "")) {
                client.write("f.config", compiled(filter, text, library, new Problems()));
                assertThat(client.text("f.config")).isEqualTo(text);
            }
            assertThat(Handlers.arguments("allow \"a, b\", deny all")).containsExactly("allow \"a, b\"", "deny all");
            // An output that the element has not: the runtime knows, and changes nothing.
            assertThatThrownBy(() -> client.write("f.config", compiled(filter, "2 all", library, new Problems())))
                    .hasMessageContaining("rule 1: output 2 does not exist, there are 2");
            assertThat(client.text("f.config")).isEmpty();
            Problems problems = new Problems();
            assertThat(HandlerValue.compile("f", filter, "config", "alow all,\n deny tcp port", library, problems))
                    .isEmpty();
            assertThat(problems.list().stream().map(Problem::toString))
                    .hasSize(2)
                    .anyMatch(it -> it.startsWith("f.config:1:1: ") && it.contains("allow"))
                    .anyMatch(it -> it.startsWith("f.config:2:"));
        }
    }

    private static byte[] compiled(ElementClass filter, String text, ElementLibrary library, Problems problems) {
        return HandlerValue.compile("f", filter, "config", text, library, problems)
                .orElseThrow();
    }

    private static int code(ControlClient client, String handler) throws IOException {
        try {
            client.read(handler);
        } catch (HandlerException e) {
            return e.code();
        }
        return 0;
    }

    @Test
    void aClientThatDiesInTheMiddleOfAWriteHarmsNoOne() throws IOException {
        try (EngineProcess engine = EngineProcess.start(folder, CONFIGURATION, MANIFEST)) {
            for (int cut = 1; cut <= 3; cut++) {
                try (SocketChannel dying = SocketChannel.open(UnixDomainSocketAddress.of(engine.control()))) {
                    String half = "WRITEDATA before.reset_counts 1000000\r\n" + "x".repeat(cut * 1000);
                    dying.write(ByteBuffer.wrap(half.getBytes(StandardCharsets.US_ASCII)));
                }
                try (ControlClient next = ControlClient.open(engine.control(), BOUND)) {
                    awaitPackets(next);
                    assertThat(next.text("check.class")).isEqualTo("CheckIPHeader");
                }
            }
        }
    }

    @Test
    void manyCallersShareThePort() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(8);
        try (EngineProcess engine = EngineProcess.start(folder, CONFIGURATION, MANIFEST)) {
            ControlPort port = new ControlPort(engine.control(), BOUND);
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                String handler = i % 2 == 0 ? "before.class" : "check.class";
                answers.add(callers.submit(() -> port.talk(session -> session.text(handler))));
            }
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get(10, TimeUnit.SECONDS))
                        .isEqualTo(i % 2 == 0 ? "Counter" : "CheckIPHeader");
            }
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void aStopIsSeenAsTheEndOfItsHealth() throws IOException {
        try (EngineProcess engine = EngineProcess.start(folder, CONFIGURATION, MANIFEST);
                HealthClient health = HealthClient.open(engine.health())) {
            health.awaitReady(BOUND);
            try (ControlClient client = ControlClient.open(engine.control(), BOUND)) {
                client.write("stop", new byte[0]);
            }
            assertThat(engine.awaitEnd()).isZero();
            assertThatThrownBy(() -> health.ping(BOUND)).isInstanceOf(IOException.class);
            assertThat(Console.lastWord(Console.lastLines(folder.resolve("log"), 10)))
                    .contains(new GuestLine.Stop("control"));
        }
    }
}
