package org.flowstream.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.Transport;
import org.flowstream.model.DeclaredJson;
import org.flowstream.reconcile.SimulatedWorld;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A daemon on a host in memory, and what tests ask of it. */
abstract class DaemonTest {
    static final String IMAGE = "9c41".repeat(16);
    static final String OTHER_IMAGE = "77aa".repeat(16);

    @TempDir
    Path folder;

    final ObjectMapper json = DeclaredJson.mapper();
    private final HttpClient client = new HttpClient(new HttpClientTransportDynamic());
    final TestClock clock = new TestClock();
    SimulatedWorld world = new SimulatedWorld("uplink", "servers", "lab");
    Daemon daemon;

    /** A clock that goes on and can be set forward. */
    static final class TestClock extends Clock {
        private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

        void forward(Duration by) {
            ahead.updateAndGet(by::plus);
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead.get());
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @BeforeEach
    void start() throws Exception {
        client.start();
        for (String image : List.of(IMAGE, OTHER_IMAGE)) {
            Files.createDirectories(folder.resolve("state/images"));
            Files.writeString(folder.resolve("state/images/" + image + ".elf"), "");
        }
        startDaemon();
    }

    final void startDaemon() throws Exception {
        daemon = Daemon.start(settings(), (settings, images, events, time) -> world, clock);
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
        client.stop();
    }

    Settings settings() {
        return Settings.of(Map.of(
                "FLOWSTREAM_STATE", folder.resolve("state").toString(),
                "FLOWSTREAM_RUN", folder.resolve("run").toString(),
                "FLOWSTREAM_LOG", folder.resolve("log").toString()));
    }

    JsonNode chain(String name, String flow, String image) {
        return chain(name, flow, image, "uplink", "servers");
    }

    JsonNode chain(String name, String flow, String image, String from, String to) {
        try {
            return json.readTree("""
                    {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "%s", "owner": "operator", "spec": {
                     "bridge": "flowstream", "flow": "%s", "priority": 100, "failure": "closed", "state": "running",
                     "middleboxes": [{"name": "%s", "template": "wire 1.0.0", "image": "sha256:%s", "memoryMib": 8,
                      "vcpus": 1, "hypervisor": "auto", "health": {"ready": ["machine"], "heartbeat": "1s"},
                      "devices": [{"device": "outside", "mode": "bump", "to": "%s"},
                                  {"device": "inside", "mode": "bump", "to": "%s"}]}]}}
                    """.formatted(name, flow, name, image, from, to));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    JsonNode port(String name) {
        return json.valueToTree(Map.of(
                "apiVersion",
                "flowstream/v1",
                "kind",
                "Port",
                "name",
                name,
                "owner",
                "operator",
                "spec",
                Map.of("bridge", "flowstream", "moveAddresses", false)));
    }

    ObjectNode request(String set, boolean prune, String confirm, JsonNode... objects) {
        ObjectNode request = json.createObjectNode()
                .put("set", set)
                .put("prune", prune)
                .put("confirm", confirm)
                .put("session", "");
        request.putArray("objects").addAll(List.of(objects));
        return request;
    }

    ContentResponse send(String method, String path, JsonNode body) throws Exception {
        return client.newRequest("http://flowstream" + path)
                .method(HttpMethod.fromString(method))
                .idleTimeout(60_000, TimeUnit.MILLISECONDS)
                .transport(new Transport.TCPUnix(settings().apiSocket()))
                .body(new StringRequestContent("application/json", body.toString()))
                .send();
    }

    JsonNode ok(String method, String path, JsonNode body) throws Exception {
        ContentResponse response = send(method, path, body);
        assertThat(response.getStatus()).as(response.getContentAsString()).isLessThan(300);
        return response.getContent().length == 0 ? json.nullNode() : json.readTree(response.getContent());
    }

    String refused(String path, JsonNode body) throws Exception {
        ContentResponse response = send("POST", path, body);
        assertThat(response.getStatus()).as(response.getContentAsString()).isGreaterThanOrEqualTo(400);
        return json.readTree(response.getContent()).path("detail").asText();
    }

    List<String> chains() throws Exception {
        return names("/v1/chains");
    }

    List<String> names(String path) throws Exception {
        List<String> names = new ArrayList<>();
        ok("GET", path, json.createObjectNode())
                .forEach(it -> names.add(it.path("name").asText()));
        return names;
    }

    static List<String> told(JsonNode answer, String list, String... members) {
        List<String> told = new ArrayList<>();
        answer.path(list).forEach(it -> {
            List<String> words = new ArrayList<>();
            for (String member : members) {
                words.add(it.path(member).asText());
            }
            told.add(String.join(" ", words));
        });
        return told;
    }
}
