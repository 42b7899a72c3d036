package org.flowstream.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.Transport;
import org.flowstream.api.Guests;
import org.flowstream.api.Route;
import org.flowstream.event.EventLog;
import org.flowstream.firstpacket.FirstPackets;
import org.flowstream.image.ImageStore;
import org.flowstream.metrics.Metrics;
import org.flowstream.model.DeclaredJson;
import org.flowstream.operation.Operations;
import org.flowstream.operation.Reconfigurations;
import org.flowstream.pool.Pools;
import org.flowstream.reconcile.Confirmations;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Failpoints;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.SimulatedWorld;
import org.flowstream.store.Store;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** openapi.yaml against what the daemon serves: the same routes, and answers that are as it says. */
class OpenApiTest {
    private static final List<String> METHODS = List.of("get", "put", "post", "delete");
    private final ObjectMapper json = DeclaredJson.mapper();

    @TempDir
    private Path folder;

    private JsonNode document() throws Exception {
        try (java.io.InputStream in =
                Objects.requireNonNull(Route.class.getResourceAsStream("openapi.yaml"), "openapi.yaml")) {
            return json.valueToTree(new Yaml(new SafeConstructor(new LoaderOptions())).load(in));
        }
    }

    private Settings settings() {
        return Settings.of(Map.of(
                "FLOWSTREAM_STATE", folder.resolve("state").toString(),
                "FLOWSTREAM_RUN", folder.resolve("run").toString(),
                "FLOWSTREAM_LOG", folder.resolve("log").toString()));
    }

    private static java.util.Set<String> variables(String path) {
        java.util.Set<String> names = new TreeSet<>();
        for (String segment : path.split("/", -1)) {
            if (segment.startsWith("{")) {
                names.add(segment.substring(1, segment.length() - 1));
            }
        }
        return names;
    }

    @Test
    void itNamesTheRoutesThatThereAreAndNoOthers() throws Exception {
        JsonNode document = document();
        TreeSet<String> described = new TreeSet<>();
        document.path("paths").properties().forEach(path -> {
            METHODS.stream()
                    .filter(path.getValue()::has)
                    .forEach(method -> described.add(method + " " + path.getKey()));
            TreeSet<String> declared = new TreeSet<>();
            path.getValue().path("parameters").forEach(parameter -> {
                JsonNode meant = parameter.has("$ref")
                        ? document.at(parameter.path("$ref").asText().substring(1))
                        : parameter;
                declared.add(meant.path("name").asText());
            });
            assertThat(declared).as(path.getKey()).isEqualTo(variables(path.getKey()));
        });
        TreeSet<String> served = new TreeSet<>();
        Clock clock = Clock.systemUTC();
        EventLog events = new EventLog(clock, 10);
        Settings settings = settings();
        try (Store store = Store.open(settings.places().state());
                SimulatedWorld world = new SimulatedWorld()) {
            Declarations declarations = new Declarations(settings.places().installation(), store, new Random(1), clock);
            ImageStore images = new ImageStore(settings.places().images());
            try (Reconciler loop = new Reconciler(
                            settings.ownBridge(), store, declarations, world, events, clock, Failpoints.parse(""));
                    Pools pools = new Pools(declarations, loop, images, List::of, new BlankImages());
                    FirstPackets firstPackets =
                            new FirstPackets(settings.places(), declarations, loop, world, pools, images, events);
                    Operations operations = new Operations(store, declarations, loop, events, clock)) {
                Routes.of(
                                settings,
                                "test",
                                clock.instant(),
                                store,
                                declarations,
                                images,
                                world,
                                loop,
                                new Confirmations(declarations, loop, events, clock),
                                operations,
                                new Reconfigurations(declarations, loop, operations, events),
                                pools,
                                firstPackets,
                                events,
                                clock,
                                new Guests(settings.places()),
                                new Metrics(List.of()))
                        .forEach(route ->
                                served.add(route.method().toLowerCase(java.util.Locale.ROOT) + " " + route.template()));
            }
        }
        assertThat(described).isEqualTo(served);
    }

    @Test
    void answersAreAsItSays() throws Exception {
        JsonNode document = document();
        HttpClient client = new HttpClient(new HttpClientTransportDynamic());
        client.start();
        try (Daemon daemon = Daemon.start(
                settings(),
                (settings, images, events, clock) -> new SimulatedWorld("uplink", "servers"),
                Clock.systemUTC())) {
            assertThat(daemon).isNotNull();
            assertThat(ask(client, "GET", "/v1/openapi.yaml", null).getContentAsString())
                    .startsWith("openapi: 3.1.0");
            assertValid(document, "Status", json(client, "/v1/status"));
            String chain = """
                    {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "fw", "owner": "operator", "spec": {
                     "bridge": "flowstream", "flow": "tcp", "priority": 100, "failure": "closed", "state": "running",
                     "middleboxes": [{"name": "fw", "template": "wire 1.0.0", "image": "sha256:%s", "memoryMib": 8,
                      "vcpus": 1, "hypervisor": "auto", "health": {"ready": ["machine"], "heartbeat": "1s"},
                      "devices": [{"device": "outside", "mode": "bump", "to": "uplink"},
                                  {"device": "inside", "mode": "bump", "to": "servers"}]}]}}
                    """.formatted("9c41".repeat(16));
            assertValid(document, "Chain", json.readTree(chain));
            ContentResponse refused = ask(client, "POST", "/v1/chains", chain);
            assertThat(refused.getStatus()).as(refused.getContentAsString()).isEqualTo(422);
            assertValid(document, "Problem", json.readTree(refused.getContent()));
            java.nio.file.Files.createDirectories(folder.resolve("state/images"));
            java.nio.file.Files.writeString(folder.resolve("state/images/" + "9c41".repeat(16) + ".elf"), "");
            ContentResponse declared = ask(client, "POST", "/v1/chains?wait=30", chain);
            assertThat(declared.getStatus()).as(declared.getContentAsString()).isEqualTo(200);
            for (String line : new String(declared.getContent(), UTF_8).lines().toList()) {
                if (!line.isBlank()) {
                    assertValid(document, "Event", json.readTree(line));
                }
            }
            assertThat(json(client, "/v1/chains")).hasSize(1);
            assertValid(document, "Chain", json(client, "/v1/chains/fw"));
            snapshotComesFirst(client, document);
            assertThat(ask(client, "GET", "/metrics", null).getContentAsString())
                    .contains("flowstream_middlebox_ready{chain=\"fw\",middlebox=\"fw\",owner=\"operator\"} 1.0")
                    .contains("flowstream_stage_duration_seconds_count{owner=\"operator\",stage=\"total\"} 1");
            JsonNode box = json(client, "/v1/middleboxes/fw");
            assertThat(box.path("state").asText()).isEqualTo("ready");
            assertValid(document, "Middlebox", box);
            assertValid(document, "Middlebox", json(client, "/v1/middleboxes").path(0));
            assertValid(
                    document,
                    "BriefMiddlebox",
                    json(client, "/v1/middleboxes?brief=true").path(0));
            operationsAndUpgrades(client, document);
        } finally {
            client.stop();
        }
    }

    private void operationsAndUpgrades(HttpClient client, JsonNode document) throws Exception {
        ContentResponse removed = ask(client, "DELETE", "/v1/chains/fw", null);
        assertThat(removed.getStatus()).isEqualTo(202);
        assertValid(document, "Operation", json.readTree(removed.getContent()));
        JsonNode operations = json(client, "/v1/operations");
        assertThat(operations).hasSize(2);
        for (JsonNode operation : operations) {
            assertValid(document, "Operation", operation);
        }
        assertValid(document, "Operation", json(client, "/v1/operations/1"));
        assertThat(json(client, "/v1/operations/2?wait=30").path("state").asText())
                .isEqualTo("done");
        assertValid(
                document,
                "Problem",
                json.readTree(
                        ask(client, "POST", "/v1/operations/1/cancel", null).getContent()));
        String objects = """
                {"set": "site", "prune": false, "confirm": "", "session": "", "objects": [
                 {"apiVersion": "flowstream/v1", "kind": "Pool", "name": "ready", "owner": "operator",
                  "spec": {"image": "runtime", "size": 0, "memoryMib": 8, "hypervisor": "auto"}},
                 {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "many", "owner": "operator", "spec": {
                  "bridge": "flowstream", "flow": "tcp", "priority": 100, "failure": "closed", "state": "running",
                  "instances": "per-connection",
                  "middleboxes": [{"name": "many", "template": "wire 1.0.0", "image": "sha256:%s", "memoryMib": 8,
                   "vcpus": 1, "hypervisor": "auto", "health": {"ready": ["machine"], "heartbeat": "1s"},
                   "devices": [{"device": "outside", "mode": "bump", "to": "uplink"},
                               {"device": "inside", "mode": "bump", "to": "servers"}]}]}}]}
                """.formatted("9c41".repeat(16));
        ContentResponse applied = ask(client, "POST", "/v1/apply?wait=30", objects);
        assertThat(applied.getStatus()).as(applied.getContentAsString()).isEqualTo(200);
        assertValid(document, "Applied", json.readTree(applied.getContent()));
        assertValid(document, "Pool", json(client, "/v1/pools").path(0));
        assertValid(document, "Demand", json(client, "/v1/chains/many/demand"));
        assertValid(document, "UpgradeStep", json(client, "/v1/upgrade").path(0));
    }

    private void snapshotComesFirst(HttpClient client, JsonNode document) throws Exception {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : ask(client, "GET", "/v1/events?snapshot=true", null)
                .getContentAsString()
                .lines()
                .toList()) {
            lines.add(json.readTree(line));
            assertValid(document, "Event", lines.get(lines.size() - 1));
        }
        assertThat(lines.subList(0, 3))
                .extracting(line ->
                        line.path("kind").asText() + " " + line.path("type").asText() + " "
                                + line.path("subject").asText())
                .containsExactly("snapshot Chain fw", "snapshot Middlebox fw", "snapshot-end  ");
        assertValid(document, "Chain", lines.get(0).path("object"));
        assertValid(document, "Middlebox", lines.get(1).path("object"));
        long number = lines.get(0).path("number").asLong();
        assertThat(lines.subList(0, 3)).allMatch(line -> line.path("number").asLong() == number);
        assertThat(lines.get(3).path("number").asLong()).isEqualTo(1);
        assertThat(number).isGreaterThanOrEqualTo(3);
        ContentResponse later = ask(client, "GET", "/v1/events?since=2999-01-01T00:00:00Z", null);
        assertThat(later.getContentAsString()).isEmpty();
        assertThat(ask(client, "GET", "/v1/events?since=yesterday", null).getStatus())
                .isEqualTo(400);
    }

    private ContentResponse ask(HttpClient client, String method, String path, @Nullable String body) throws Exception {
        org.eclipse.jetty.client.Request request = client.newRequest("http://flowstream" + path)
                .method(HttpMethod.fromString(method))
                .idleTimeout(Duration.ofMinutes(1).toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS)
                .transport(new Transport.TCPUnix(settings().apiSocket()));
        return (body == null ? request : request.body(new StringRequestContent("application/json", body))).send();
    }

    private JsonNode json(HttpClient client, String path) throws Exception {
        ContentResponse response = ask(client, "GET", path, null);
        assertThat(response.getStatus()).as(response.getContentAsString()).isEqualTo(200);
        return json.readTree(response.getContent());
    }

    /** A value against one of the document's schemas, which may refer to others. */
    private void assertValid(JsonNode document, String schema, JsonNode value) throws Exception {
        ObjectNode whole = json.createObjectNode();
        whole.put("$ref", "#/components/schemas/" + schema);
        whole.set("components", document.path("components"));
        Schema validator = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(json.writeValueAsString(whole));
        List<String> faults = new ArrayList<>();
        validator
                .validate(json.writeValueAsString(value), com.networknt.schema.InputFormat.JSON)
                .forEach(fault -> faults.add(fault.toString()));
        assertThat(faults).as(schema + ": " + value.toPrettyString()).isEmpty();
    }
}
