package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that know Click's protocol and nothing else, with a machine and a process. */
@Tag("long")
class ControlTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int CLIENTS = 4;
    private static final int TURNS = 25;

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    @TempDir
    private Path folder;

    /** Serves the middlebox, and answers with the port. */
    private String serve(Process serving, Path out) {
        String[] address = {""};
        Wait.until("the address", BOUND, () -> {
            assertThat(serving.isAlive()).as("flowstream control").isTrue();
            try {
                JsonNode told = JSON.readTree(Files.readString(out));
                address[0] = told == null ? "" : told.path("listen").asText();
                return !address[0].isEmpty();
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                return false; // half written
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(address[0]).startsWith("127.0.0.1:");
        return address[0].substring(address[0].indexOf(':') + 1);
    }

    private static String command(@Nullable String line, @Nullable String data) {
        ArrayNode command = JSON.createArrayNode();
        command.add(line);
        command.add(data);
        return command.toString();
    }

    /** A client's session: its commands, and the answers. */
    private List<JsonNode> session(String port, List<String> commands) throws IOException, InterruptedException {
        Path in = Files.createTempFile(folder, "commands", "");
        Path out = Files.createTempFile(folder, "answers", "");
        Files.write(in, commands);
        Process client = new ProcessBuilder(
                        "python3", Resources.path("control.py").toString(), "127.0.0.1", port)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(client.waitFor()).isZero();
        List<JsonNode> answers = new ArrayList<>();
        for (String line : Files.readAllLines(out)) {
            answers.add(JSON.readTree(line));
        }
        return answers;
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "process"})
    void clientsOfClickReadAndWriteAndDieAsTheyLike(String hypervisor) throws Exception {
        Path out = folder.resolve("address");
        try (Middlebox fw = Middlebox.between(LAB, "firewall", "fw", "--hypervisor", hypervisor)) {
            Process serving =
                    LAB.platform().command("control", "fw", "--output", "json").start(out);
            try {
                String port = serve(serving, out);
                List<JsonNode> answers = session(
                        port,
                        List.of(
                                command("READ version", null),
                                command("CHECKREAD filter.config", null),
                                command("CHECKWRITE filter.class", null),
                                command("READ nosuch.config", null),
                                command("READ filter.nosuch", null),
                                command("WRITEDATA filter.config 22", "allow tcp dst port 443"),
                                command("READDATA filter.config 0", ""),
                                command("WRITE filter.config allow tpc", null),
                                command("WRITEDATA image 3", "abc"),
                                command("LLRPC filter.x 0", null),
                                command("NONSENSE", null),
                                command("HELP", null),
                                command("QUIT", null)));
                assertThat(answers.stream().map(it -> it.path("code").asInt()))
                        .containsExactly(200, 200, 511, 510, 511, 200, 200, 520, 530, 501, 501, 200, 200);
                assertThat(answers.get(6).path("data").asText()).isEqualTo("allow tcp dst port 443");
                assertThat(answers.get(7).path("lines").toString()).contains("tpc");
                assertThat(answers.get(11).path("lines").size()).isGreaterThan(5);
                assertThat(fw.read("filter.config")).isEqualTo("allow tcp dst port 443");

                // One dies in the middle of its data while others, and the daemon, go on.
                session(port, List.of(command(null, "WRITEDATA filter.config 1000\r\nallow")));
                ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
                try {
                    List<Callable<List<JsonNode>>> work = new ArrayList<>();
                    for (int client = 0; client < CLIENTS; client++) {
                        List<String> commands = new ArrayList<>();
                        String text = "allow udp dst port " + (1000 + client);
                        for (int turn = 0; turn < TURNS; turn++) {
                            commands.add(command("WRITEDATA filter.config " + text.length(), text));
                            commands.add(command("READ filter.config", null));
                        }
                        work.add(() -> session(port, commands));
                    }
                    List<Future<List<JsonNode>>> done = clients.invokeAll(work);
                    assertThat(fw.state()).isEqualTo("ready");
                    for (Future<List<JsonNode>> each : done) {
                        assertThat(each.get()).hasSize(2 * TURNS).allSatisfy(answer -> {
                            assertThat(answer.path("code").asInt()).isEqualTo(200);
                            // Whoever wrote last: never half of one and half of another.
                            assertThat(answer.path("data").asText("allow udp dst port 1000"))
                                    .matches("allow udp dst port 100[0-3]");
                        });
                    }
                } finally {
                    clients.shutdownNow();
                }
                LAB.flowstream("stop", "fw").ok();
                assertThat(session(port, List.of(command("READ version", null)))
                                .get(0)
                                .path("code")
                                .asInt())
                        .isEqualTo(540);
            } finally {
                serving.destroy();
                assertThat(serving.waitFor(20, java.util.concurrent.TimeUnit.SECONDS))
                        .isTrue();
            }
        }
    }
}
