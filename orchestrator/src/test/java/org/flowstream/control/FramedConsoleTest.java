package org.flowstream.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.flowstream.control.FramedRecord.Channel;
import org.flowstream.control.FramedRecord.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The host's end of a framed console, with a machine of this test's at the other. */
final class FramedConsoleTest {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final String READY =
            "READY digest=" + "9c41".repeat(16) + " boot_us=100 devices=2 memory_kib=8192 pool=128\n";

    @TempDir
    Path folder;

    private FramedConsole console;
    private final BlockingQueue<FramedRecord> toMachine = new LinkedBlockingQueue<>();

    @BeforeEach
    void begin() throws IOException {
        FramedReader reader = new FramedReader(toMachine::add);
        console = new FramedConsole(
                bytes -> reader.take(ByteBuffer.wrap(bytes)),
                folder.resolve("m.log"),
                folder.resolve("control.sock"),
                folder.resolve("health.sock"));
    }

    @AfterEach
    void end() {
        console.close();
        assertThat(folder.resolve("control.sock")).doesNotExist();
        assertThat(folder.resolve("health.sock")).doesNotExist();
    }

    private FramedRecord next() throws InterruptedException {
        FramedRecord record = toMachine.poll(BOUND.toSeconds(), TimeUnit.SECONDS);
        assertThat(record).as("a record within %s", BOUND).isNotNull();
        return record;
    }

    private FramedRecord next(Kind kind) throws InterruptedException {
        FramedRecord record = next();
        assertThat(record.kind()).isEqualTo(kind);
        return record;
    }

    private void say(Channel channel, Kind kind, int sequence, int session, String text) {
        ByteBuffer payload = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        console.take(ByteBuffer.wrap(new FramedRecord(channel, kind, sequence, session, payload).encoded()));
    }

    private static String text(FramedRecord record) {
        return StandardCharsets.UTF_8.decode(record.payload()).toString();
    }

    @Test
    void aClientIsASession() throws Exception {
        try (HealthClient client = HealthClient.open(folder.resolve("health.sock"))) {
            FramedRecord open = next(Kind.OPEN);
            assertThat(open.channel()).isEqualTo(Channel.HEALTH);
            assertThat(open.session()).isNotZero();
            say(Channel.HEALTH, Kind.DATA, 0, open.session() + 1, "READY of an earlier client\n");
            say(Channel.CONTROL, Kind.DATA, 0, open.session(), "of another channel\n");
            say(Channel.HEALTH, Kind.DATA, 0, open.session(), READY);
            assertThat(client.awaitReady(BOUND).devices()).isEqualTo(2);
            Thread machine = new Thread(() -> {
                try {
                    FramedRecord ping = next(Kind.DATA);
                    assertThat(text(ping)).startsWith("PING 1");
                    assertThat(ping.sequence()).isZero();
                    say(Channel.HEALTH, Kind.DATA, 1, open.session(), "PONG 1 uptime_us=5 received=1 ");
                    say(Channel.HEALTH, Kind.DATA, 2, open.session(), "sent=2 dropped=3 pool_free=4\n");
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            machine.start();
            assertThat(client.ping(BOUND)).isNotNull();
            machine.join();
        }
        assertThat(next(Kind.CLOSE).channel()).isEqualTo(Channel.HEALTH);
    }

    @Test
    void whoIsNotAnsweredOpensAgainWithAnotherNumber() throws Exception {
        try (HealthClient client = HealthClient.open(folder.resolve("health.sock"))) {
            int first = next(Kind.OPEN).session();
            int second = next(Kind.OPEN).session();
            assertThat(second).isNotEqualTo(first);
            say(Channel.HEALTH, Kind.DATA, 0, second, READY);
            assertThat(client.awaitReady(BOUND)).isNotNull();
        }
    }

    @Test
    void aGapAndTheMachinesCloseEndTheSession() throws Exception {
        try (HealthClient client = HealthClient.open(folder.resolve("health.sock"))) {
            int session = next(Kind.OPEN).session();
            say(Channel.HEALTH, Kind.DATA, 1, session, READY);
            assertThatThrownBy(() -> client.awaitReady(BOUND)).hasMessageContaining("closed by the other side");
            assertThat(next(Kind.CLOSE).session()).isEqualTo(session);
        }
        try (HealthClient client = HealthClient.open(folder.resolve("health.sock"))) {
            int session = next(Kind.OPEN).session();
            say(Channel.HEALTH, Kind.CLOSE, 0, session, "lost");
            assertThatThrownBy(() -> client.awaitReady(BOUND)).hasMessageContaining("closed by the other side");
        }
    }

    @Test
    void oneClientComesAfterTheOther() throws Exception {
        GuestStream first = GuestStream.open(folder.resolve("control.sock"));
        int session = next(Kind.OPEN).session();
        say(Channel.CONTROL, Kind.DATA, 0, session, "hello\n");
        assertThat(first.line(GuestStream.Deadline.in(BOUND))).isEqualTo("hello");
        try (GuestStream second = GuestStream.open(folder.resolve("control.sock"))) {
            first.close();
            assertThat(next(Kind.CLOSE).session()).isEqualTo(session);
            say(Channel.CONTROL, Kind.DATA, 0, next(Kind.OPEN).session(), "again\n");
            assertThat(second.line(GuestStream.Deadline.in(BOUND))).isEqualTo("again");
        }
    }

    @Test
    void muchIsCutIntoRecordsInTheirOrder() throws Exception {
        byte[] much = "0123456789".repeat(1_000).getBytes(StandardCharsets.US_ASCII);
        try (GuestStream client = GuestStream.open(folder.resolve("control.sock"))) {
            say(Channel.CONTROL, Kind.DATA, 0, next(Kind.OPEN).session(), "hello\n");
            client.line(GuestStream.Deadline.in(BOUND));
            client.send(much, GuestStream.Deadline.in(BOUND));
            StringBuilder got = new StringBuilder();
            for (int sequence = 0; got.length() < much.length; sequence++) {
                FramedRecord record = next(Kind.DATA);
                assertThat(record.sequence()).isEqualTo(sequence);
                got.append(text(record));
            }
            assertThat(got.toString()).isEqualTo(new String(much, StandardCharsets.US_ASCII));
        }
    }

    @Test
    void theLogIsAFileAndTellsOfLostLines() throws Exception {
        say(Channel.LOG, Kind.DATA, 5, 0, "five\n");
        console.take(ByteBuffer.wrap("garbage".getBytes(StandardCharsets.US_ASCII)));
        say(Channel.LOG, Kind.DATA, 6, 0, "six\n");
        say(Channel.LOG, Kind.DATA, 9, 0, "nine\n");
        say(Channel.LOG, Kind.DATA, 0, 0, "started anew\n");
        console.close();
        assertThat(Files.readString(folder.resolve("m.log")))
                .isEqualTo("five\nsix\n(2 lines were lost)\nnine\nstarted anew\n");
    }

    @Test
    void aMachineThatReadsNothingCostsItsClientTheSessionOnly() throws Exception {
        FramedConsole deaf = new FramedConsole(
                bytes -> {
                    throw new IOException("it reads nothing");
                },
                folder.resolve("d.log"),
                folder.resolve("d1.sock"),
                folder.resolve("d2.sock"));
        try (deaf;
                GuestStream client = GuestStream.open(folder.resolve("d1.sock"))) {
            assertThatThrownBy(() -> client.line(GuestStream.Deadline.in(BOUND)))
                    .hasMessageContaining("closed by the other side");
            assertThat(deaf.hasEnded()).isFalse();
        }
    }
}
