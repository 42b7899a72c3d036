package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What trace says of packets is what becomes of them; what capture writes is what passes. */
@Tag("long")
class TraceTest {
    private static final int CURL_TIMED_OUT = 28;
    private static final int PINGS = 5;

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    @TempDir
    private Path folder;

    @BeforeAll
    static void servers() {
        LAB.server().serve(80, Path.of("/dev/null"));
        LAB.server().serve(8080, Path.of("/dev/null"));
    }

    private static Middlebox firewall() {
        return Middlebox.between(
                LAB,
                "firewall",
                "fw",
                "-p",
                "rules=allow tcp dst port 80",
                "-p",
                "rules=allow icmp",
                "-p",
                "rules=deny all");
    }

    private static JsonNode trace(int port) throws IOException {
        String out = LAB.flowstream(
                        "trace",
                        "--output",
                        "json",
                        "tcp,in_port=" + LAB.client().port() + ",nw_src="
                                + LAB.client().ip4() + ",nw_dst=" + LAB.server().ip4() + ",tp_dst=" + port)
                .ok()
                .out();
        return new ObjectMapper().readTree(out).path(0);
    }

    private static List<String> verdict(JsonNode trace) {
        List<String> verdict = new ArrayList<>();
        trace.path("verdict").forEach(each -> verdict.add(each.asText()));
        return verdict;
    }

    private static int curl(int port) {
        return LAB.client()
                .command(
                        "curl",
                        "-s",
                        "--max-time",
                        "1",
                        "http://" + LAB.server().ip4() + ":" + port + "/")
                .run()
                .status();
    }

    @Test
    void whatIsTracedIsWhatHappensAlsoAfterItsRulesWereWritten() throws IOException {
        try (Middlebox firewall = firewall()) {
            assertThat(firewall.state()).isEqualTo("ready");
            JsonNode allowed = trace(80);
            assertThat(verdict(allowed))
                    .containsExactly("It reaches " + LAB.server().port() + ".");
            assertThat(curl(80)).isZero();
            JsonNode denied = trace(8080);
            assertThat(denied.path("hops").size()).isEqualTo(2);
            assertThat(verdict(denied).get(0)).isEqualTo("It is dropped in " + firewall.name() + ", by filter.");
            assertThat(verdict(denied).get(1)).endsWith("set by parameter rules[2].");
            assertThat(curl(8080)).isEqualTo(CURL_TIMED_OUT);
            // The very rule that counts what was dropped.
            assertThat(LAB.flowstream("drops", firewall.name()).ok().out()).contains("2 deny all");
            LAB.flowstream("handler", "write", firewall.name(), "filter.config", "deny tcp dst port 80, allow all")
                    .ok();
            assertThat(verdict(trace(8080)))
                    .containsExactly("It reaches " + LAB.server().port() + ".");
            assertThat(curl(8080)).isZero();
            assertThat(verdict(trace(80)).get(1)).endsWith("written while it runs.");
            assertThat(curl(80)).isEqualTo(CURL_TIMED_OUT);
            System.out.println(
                    LAB.flowstream("trace", "tcp,in_port=" + LAB.client().port() + ",tp_dst=80")
                            .out());
        }
    }

    /** Begins to capture what passes a middlebox's outside; what it says goes to a file of that name. */
    private Process capture(Middlebox box, Path file, String words, String... options) {
        List<String> arguments = new ArrayList<>(List.of("capture", box.name(), "outside", "-w", file.toString()));
        arguments.addAll(List.of(options));
        return LAB.platform().command(arguments.toArray(String[]::new)).start(folder.resolve(words));
    }

    @Test
    void captureSeesBothDirectionsAndTellsAtItsEnd() throws Exception {
        try (Middlebox firewall = firewall()) {
            assertThat(firewall.state()).isEqualTo("ready");
            Path others = folder.resolve("others.pcapng");
            Process filtered = capture(firewall, others, "others.words", "--match", "icmp,icmp_type=3");
            Command.Result unknown = LAB.flowstream("capture", firewall.name(), "outsid", "-w", "-");
            assertThat(unknown.status()).isEqualTo(1);
            assertThat(unknown.err()).contains("has no device 'outsid', but outside, inside");
            // Of the same pings one sees all, by the answers' flow, and one sees none.
            Path answers = folder.resolve("answers.pcapng");
            Process matched = capture(
                    firewall,
                    answers,
                    "answers.words",
                    "--match",
                    "icmp,icmp_type=0,nw_dst=" + LAB.client().ip4(),
                    "--count",
                    "" + 2 * PINGS);
            Path file = folder.resolve("fw.pcapng");
            Process capture = capture(firewall, file, "words");
            Wait.until(
                    "the heads of the captures",
                    Duration.ofSeconds(10),
                    () -> file.toFile().length() > 0
                            && others.toFile().length() > 0
                            && answers.toFile().length() > 0);
            LAB.client()
                    .command(
                            "ping", "-c", "" + PINGS, "-i", "0.05", LAB.server().ip4())
                    .output();
            Wait.until(
                    "the pings in the capture",
                    Duration.ofSeconds(10),
                    () -> echoes(bytes(file)).size() == 2 * PINGS);
            capture.destroy();
            assertThat(capture.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(folder.resolve("words"))).contains(" frames, 0 lost.");
            assertThat(matched.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(folder.resolve("answers.words"))).contains(2 * PINGS + " frames, 0 lost.");
            assertThat(echoes(bytes(answers))).isEqualTo(echoes(bytes(file)));
            filtered.destroy();
            assertThat(filtered.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(folder.resolve("others.words"))).contains("0 frames, 0 lost.");
            List<Echo> echoes = echoes(bytes(file));
            assertThat(echoes)
                    .filteredOn(echo -> echo.type() == 8 && echo.inbound())
                    .hasSize(PINGS);
            assertThat(echoes)
                    .filteredOn(echo -> echo.type() == 0 && !echo.inbound())
                    .hasSize(PINGS);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An ICMP echo of a capture. */
    private record Echo(int type, boolean inbound) {}

    private static List<Echo> echoes(byte[] file) {
        List<Echo> echoes = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        // The last block may be on its way yet.
        for (int at = 0; at + 8 <= file.length && at + in.getInt(at + 4) <= file.length; at += in.getInt(at + 4)) {
            if (in.getInt(at) != 6) {
                continue;
            }
            int frame = at + 28;
            int kept = in.getInt(at + 20);
            boolean icmp = in.get(frame + 12) == 8 && in.get(frame + 13) == 0 && in.get(frame + 23) == 1;
            if (icmp) {
                int flags = in.getInt(frame + (kept + 3 & ~3) + 4);
                echoes.add(new Echo(in.get(frame + 34), flags == 1));
            }
        }
        return echoes;
    }
}
