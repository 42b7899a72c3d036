package org.flowstream.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.Transport;
import org.flowstream.model.ExitReason;
import org.flowstream.model.MachineId;
import org.flowstream.reconcile.SimulatedWorld;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A daemon whose store's disk is full: it goes on serving, refuses what it cannot write down, and loses nothing. */
final class FullDiskTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private final SimulatedWorld world = new SimulatedWorld("uplink", "servers", "third", "fourth");
    private final ObjectMapper json = new ObjectMapper();

    @TempDir
    private Path folder;

    private Settings settings() {
        return Settings.of(Map.of(
                "FLOWSTREAM_STATE", folder.resolve("disk/state").toString(),
                "FLOWSTREAM_RUN", folder.resolve("run").toString(),
                "FLOWSTREAM_LOG", folder.resolve("log").toString()));
    }

    @Test
    void machinesAreKeptGoingAndWhatIsRefusedWorksLater() throws Exception {
        assumeThat(System.getProperty("user.name"))
                .as("only root can mount a small disk")
                .isEqualTo("root");
        Path disk = Files.createDirectories(folder.resolve("disk"));
        run("mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", disk.toString());
        HttpClient client = new HttpClient(new HttpClientTransportDynamic());
        client.start();
        try (Daemon daemon = Daemon.start(settings(), (settings, images, events, clock) -> world, Clock.systemUTC())) {
            assertThat(daemon).isNotNull();
            Files.writeString(disk.resolve("state/images/" + "9c41".repeat(16) + ".elf"), "");
            assertThat(declare(client, "fw", "uplink", "servers").getStatus()).isEqualTo(200);
            MachineId machine =
                    MachineId.parse(box(client, "fw").path("machine").asText());
            Path filler = disk.resolve("filler");
            fill(filler);

            // Refused clearly, sooner or later: the log of the store may still have room for a few.
            ContentResponse refused = null;
            int declared = 0;
            while (declared < 200) {
                refused = declare(client, "more" + declared, "third", "fourth");
                if (refused.getStatus() != 200) {
                    break;
                }
                assertThat(ask(client, "DELETE", "/v1/chains/more" + declared + "?wait=30", null)
                                .getStatus())
                        .isIn(200, 503);
                declared++;
            }
            assertThat(refused).isNotNull();
            JsonNode problem = json.readTree(refused.getContentAsString());
            assertThat(refused.getStatus()).as(problem.toString()).isEqualTo(503);
            assertThat(problem.path("detail").asText()).contains("store.sqlite", "nothing was changed");
            assertThat(problem.path("cure").asText()).contains("make room on its disk");
            assertThat(ask(client, "GET", "/v1/chains/more" + declared, null).getStatus())
                    .isEqualTo(404);

            // Machines are looked after all the same, and their ends are written down later.
            for (int end = 0; end < 3; end++) {
                world.end(machine, ExitReason.Cause.PANIC, "PANIC " + "x".repeat(100_000) + end);
                await("restart")
                        .atMost(PATIENCE)
                        .until(() -> world.machine(machine).isPresent());
                await("ready")
                        .atMost(PATIENCE)
                        .until(() -> box(client, "fw").path("state").asText().equals("ready"));
            }
            assertThat(box(client, "fw")
                            .path("exits")
                            .path("counts")
                            .path("panic")
                            .asInt())
                    .isLessThan(3);

            Files.delete(filler);
            await("the ends are written down")
                    .atMost(PATIENCE)
                    .until(() -> box(client, "fw")
                                    .path("exits")
                                    .path("counts")
                                    .path("panic")
                                    .asInt()
                            == 3);
            assertThat(declare(client, "later", "third", "fourth").getStatus()).isEqualTo(200);
        } finally {
            client.stop();
            run("umount", disk.toString());
        }
    }

    private ContentResponse declare(HttpClient client, String name, String outside, String inside) throws Exception {
        return ask(client, "POST", "/v1/chains?wait=30", """
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "%s", "owner": "operator", "spec": {
                 "bridge": "flowstream", "flow": "tcp", "priority": 100, "failure": "closed", "state": "running",
                 "middleboxes": [{"name": "%s", "template": "wire 1.0.0", "image": "sha256:%s", "memoryMib": 8,
                  "vcpus": 1, "hypervisor": "auto", "health": {"ready": ["machine"], "heartbeat": "1s"},
                  "devices": [{"device": "outside", "mode": "bump", "to": "%s"},
                              {"device": "inside", "mode": "bump", "to": "%s"}]}]}}
                """.formatted(name, name, "9c41".repeat(16), outside, inside));
    }

    private JsonNode box(HttpClient client, String name) throws Exception {
        return json.readTree(ask(client, "GET", "/v1/middleboxes/" + name, null).getContentAsString());
    }

    private ContentResponse ask(HttpClient client, String method, String path, @Nullable String body) throws Exception {
        org.eclipse.jetty.client.Request request = client.newRequest("http://flowstream" + path)
                .method(HttpMethod.fromString(method))
                .idleTimeout(Duration.ofMinutes(1).toMillis(), TimeUnit.MILLISECONDS)
                .transport(new Transport.TCPUnix(settings().apiSocket()));
        return (body == null ? request : request.body(new StringRequestContent("application/json", body))).send();
    }

    private static void fill(Path filler) throws IOException {
        try (OutputStream out = Files.newOutputStream(filler)) {
            byte[] block = new byte[4096];
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(String.join(" ", command)).isZero();
    }
}
