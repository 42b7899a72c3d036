package org.flowstream.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.flowstream.testing.Peer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client's side of ControlSocket 1.3 and of the health lines, against a peer that follows the protocol's page. */
class ControlClientTest {
    private static final String GREETING = "Click::ControlSocket/1.3\r\n";
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(100);

    @TempDir
    private Path folder;

    private Path socket() {
        return folder.resolve("s");
    }

    private static String answer(String line) {
        return switch (line) {
            case "READ c.count" -> "200 Read handler 'c.count' OK\r\nDATA 3\r\n42\n";
            case "READ long.lines" -> "200-Two\r\n200 lines\r\nDATA 0\r\n";
            case "READ no.count" -> "510 No element named 'no'\r\n";
            case "READ odd" -> "banana\r\n";
            case "READ silent" -> "";
            default -> line.startsWith("WRITEDATA c.reset") ? "" : "200 Write handler OK\r\n";
        };
    }

    @Test
    void aHandlerIsRead() throws IOException {
        try (Peer peer = Peer.listen(socket(), GREETING, ControlClientTest::answer);
                ControlClient client = ControlClient.open(socket(), BOUND)) {
            assertThat(peer).isNotNull();
            assertThat(client.text("c.count")).isEqualTo("42\n");
            assertThat(client.read("long.lines")).isEmpty();
        }
    }

    @Test
    void aRefusalCarriesTheGuestsCodeAndWordsAndTheSessionGoesOn() throws IOException {
        try (Peer peer = Peer.listen(socket(), GREETING, ControlClientTest::answer);
                ControlClient client = ControlClient.open(socket(), BOUND)) {
            assertThat(peer).isNotNull();
            assertThatThrownBy(() -> client.text("no.count"))
                    .isInstanceOfSatisfying(
                            HandlerException.class, e -> assertThat(e.code()).isEqualTo(510))
                    .hasMessage("No element named 'no'");
            assertThat(client.text("c.count")).isEqualTo("42\n");
        }
    }

    @Test
    void aHandlersNameCannotCarryASecondCommand() throws IOException {
        AtomicInteger lines = new AtomicInteger();
        try (Peer peer = Peer.listen(socket(), GREETING, line -> {
                    lines.incrementAndGet();
                    return "200 OK\r\nDATA 0\r\n";
                });
                ControlClient client = ControlClient.open(socket(), BOUND)) {
            assertThat(peer).isNotNull();
            assertThatThrownBy(() -> client.read("a.b\r\nWRITE c.reset")).isInstanceOf(HandlerException.class);
            assertThat(client.read("a.b")).isEmpty();
            assertThat(lines).hasValue(1);
        }
    }

    @Test
    void aValueIsWrittenByLength() throws IOException {
        StringBuilder heard = new StringBuilder();
        try (Peer peer = Peer.listen(socket(), GREETING, line -> {
                    heard.append(line).append('|');
                    return line.equals("value") ? "200 Write handler 'c.reset' OK\r\n" : "";
                });
                ControlClient client = ControlClient.open(socket(), BOUND)) {
            assertThat(peer).isNotNull();
            assertThat(client.write("c.reset", "value\n".getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo("Write handler 'c.reset' OK");
            assertThat(heard.toString()).isEqualTo("WRITEDATA c.reset 6|value|");
        }
    }

    @Test
    void aGuestThatDoesNotAnswerCostsTheBoundAndSaysSo() throws IOException {
        try (Peer peer = Peer.listen(socket(), GREETING, ControlClientTest::answer);
                ControlClient client = ControlClient.open(socket(), SHORT)) {
            assertThat(peer).isNotNull();
            assertThatThrownBy(() -> client.text("silent"))
                    .isInstanceOf(GuestTimeoutException.class)
                    .hasMessageContaining("did not answer within");
        }
    }

    @Test
    void whatIsLeftOfAnEarlierSessionIsSkipped() throws IOException {
        String left = "ata of an old answer\r\n200 OK\r\nDATA 5";
        try (Peer peer = Peer.listen(socket(), left + GREETING, ControlClientTest::answer);
                ControlClient client = ControlClient.open(socket(), BOUND)) {
            assertThat(peer).isNotNull();
            assertThat(client.text("c.count")).isEqualTo("42\n");
        }
    }

    @Test
    void handlersAreListed() throws IOException {
        try (Peer peer = Peer.listen(socket(), GREETING, line -> switch (line) {
                    case "READ list" -> "200 OK\r\nDATA 6\r\n2\na\nb\n";
                    case "READ a.handlers" -> "200 OK\r\nDATA 16\r\ncount\tr\nreset\tw\n";
                    default -> "200 OK\r\nDATA 6\r\nstop\tw";
                });
                ControlClient client = ControlClient.open(socket(), BOUND)) {
            assertThat(peer).isNotNull();
            assertThat(Handlers.elements(client)).containsExactly("a", "b");
            assertThat(Handlers.of(client, "a"))
                    .containsExactly(
                            new Handlers.Handler("a", "count", true, false),
                            new Handlers.Handler("a", "reset", false, true));
            assertThat(Handlers.of(client, "").get(0).path()).isEqualTo("stop");
        }
    }

    @Test
    void whatIsNoControlSocketIsRefused() throws IOException {
        try (Peer peer = Peer.listen(socket(), "Click::ControlSocket/9.0\r\n", ControlClientTest::answer)) {
            assertThat(peer).isNotNull();
            assertThatThrownBy(() -> ControlClient.open(socket(), BOUND))
                    .hasMessageContaining("greets with 'Click::ControlSocket/9.0'");
        }
        try (Peer peer = Peer.listen(folder.resolve("u"), "SSH-2.0-x\r\n", ControlClientTest::answer)) {
            assertThat(peer).isNotNull();
            assertThatThrownBy(() -> ControlClient.open(folder.resolve("u"), SHORT))
                    .hasMessageContaining("greets with 'SSH-2.0-x'");
        }
        try (Peer peer = Peer.listen(folder.resolve("t"), GREETING, ControlClientTest::answer);
                ControlClient client = ControlClient.open(folder.resolve("t"), BOUND)) {
            assertThat(peer).isNotNull();
            assertThatThrownBy(() -> client.text("odd")).hasMessageContaining("banana");
        }
    }

    @Test
    void theHealthPortSaysReadyAndAnswersPings() throws IOException {
        String digest = "ab".repeat(32);
        String ready = "READY digest=" + digest + " boot_us=1234 devices=2 memory_kib=8192 pool=900\n";
        try (Peer peer = Peer.listen(
                        socket(),
                        ready,
                        line -> "PONG 0 late\nPONG " + line.substring(5)
                                + " uptime_us=5000000 received=7 sent=6 dropped=1 pool_free=899\n");
                HealthClient client = HealthClient.open(socket())) {
            assertThat(peer).isNotNull();
            ReadyLine line = client.awaitReady(BOUND);
            assertThat(line.boot()).isEqualTo(Duration.ofNanos(1_234_000));
            assertThat(line.image().toString()).contains(digest);
            assertThat(line.devices()).isEqualTo(2);
            Pong pong = client.ping(BOUND);
            assertThat(pong.uptime()).isEqualTo(Duration.ofSeconds(5));
            assertThat(pong.received() - pong.sent() - pong.dropped()).isZero();
            assertThat(pong.poolFree()).isEqualTo(899);
        }
    }
}
