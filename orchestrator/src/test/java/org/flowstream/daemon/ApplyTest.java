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
import org.awaitility.Awaitility;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sets of objects, as the daemon makes, changes, prunes and takes them back; on a host in memory. */
final class ApplyTest {
    private static final String IMAGE = "9c41".repeat(16);
    private static final String OTHER_IMAGE = "77aa".repeat(16);

    @TempDir
    private Path folder;

    private final ObjectMapper json = DeclaredJson.mapper();
    private final HttpClient client = new HttpClient(new HttpClientTransportDynamic());
    private final TestClock clock = new TestClock();
    private SimulatedWorld world = new SimulatedWorld("uplink", "servers", "lab");
    private Daemon daemon;

    /** A clock that goes on and can be set forward. */
    private static final class TestClock extends Clock {
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

    private void startDaemon() throws Exception {
        daemon = Daemon.start(settings(), (settings, images, events, time) -> world, clock);
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
        client.stop();
    }

    private Settings settings() {
        return Settings.of(Map.of(
                "FLOWSTREAM_STATE", folder.resolve("state").toString(),
                "FLOWSTREAM_RUN", folder.resolve("run").toString(),
                "FLOWSTREAM_LOG", folder.resolve("log").toString()));
    }

    private JsonNode chain(String name, String flow, String image) {
        return chain(name, flow, image, "uplink", "servers");
    }

    private JsonNode chain(String name, String flow, String image, String from, String to) {
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

    private JsonNode port(String name) {
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

    private ObjectNode request(String set, boolean prune, String confirm, JsonNode... objects) {
        ObjectNode request = json.createObjectNode()
                .put("set", set)
                .put("prune", prune)
                .put("confirm", confirm)
                .put("session", "");
        request.putArray("objects").addAll(List.of(objects));
        return request;
    }

    private ContentResponse send(String method, String path, JsonNode body) throws Exception {
        return client.newRequest("http://flowstream" + path)
                .method(HttpMethod.fromString(method))
                .idleTimeout(60_000, TimeUnit.MILLISECONDS)
                .transport(new Transport.TCPUnix(settings().apiSocket()))
                .body(new StringRequestContent("application/json", body.toString()))
                .send();
    }

    private JsonNode ok(String method, String path, JsonNode body) throws Exception {
        ContentResponse response = send(method, path, body);
        assertThat(response.getStatus()).as(response.getContentAsString()).isLessThan(300);
        return response.getContent().length == 0 ? json.nullNode() : json.readTree(response.getContent());
    }

    private String refused(String path, JsonNode body) throws Exception {
        ContentResponse response = send("POST", path, body);
        assertThat(response.getStatus()).as(response.getContentAsString()).isGreaterThanOrEqualTo(400);
        return json.readTree(response.getContent()).path("detail").asText();
    }

    private List<String> chains() throws Exception {
        return names("/v1/chains");
    }

    private List<String> names(String path) throws Exception {
        List<String> names = new ArrayList<>();
        ok("GET", path, json.createObjectNode())
                .forEach(it -> names.add(it.path("name").asText()));
        return names;
    }

    private static List<String> told(JsonNode answer, String list, String... members) {
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

    @Test
    void applyingAgainDoesNothingAndLeavesAloneWhatItDoesNotName() throws Exception {
        ok("POST", "/v1/apply?wait=20", request("other", false, "", chain("own", "udp", IMAGE)));
        JsonNode request = request("site", false, "", chain("web", "tcp", IMAGE), port("lab"));
        JsonNode first = ok("POST", "/v1/apply?wait=20", request);
        assertThat(told(first, "objects", "kind", "name", "change"))
                .containsExactly("Port lab create", "Chain web create");
        int done = world.done().size();
        JsonNode second = ok("POST", "/v1/apply?wait=20", request);
        assertThat(told(second, "objects", "kind", "name", "change"))
                .containsExactly("Port lab nothing", "Chain web nothing");
        assertThat(world.done()).hasSize(done);
        assertThat(chains()).containsExactly("own", "web");
    }

    @Test
    void pruneRemovesWhatTheSameSetMadeAndNothingElse() throws Exception {
        ok("POST", "/v1/chains?wait=20", chain("byrun", "tcp,tp_dst=1", IMAGE));
        ok("POST", "/v1/apply?wait=20", request("other", false, "", chain("theirs", "tcp,tp_dst=2", IMAGE)));
        ok(
                "POST",
                "/v1/apply?wait=20",
                request(
                        "site",
                        false,
                        "",
                        port("lab"),
                        chain("byrun", "tcp,tp_dst=5", IMAGE),
                        chain("a", "tcp,tp_dst=3", IMAGE),
                        chain("b", "tcp,tp_dst=4", IMAGE)));
        JsonNode answer = ok("POST", "/v1/apply?wait=20", request("site", true, "", chain("a", "tcp,tp_dst=3", IMAGE)));
        assertThat(told(answer, "objects", "kind", "name", "change"))
                .containsExactly("Chain a nothing", "Chain b remove", "Port lab remove");
        assertThat(chains()).containsExactly("a", "byrun", "theirs");
    }

    @Test
    void aPlanSaysWhatBecomesOfEachMiddleboxAndChangesNothing() throws Exception {
        ok(
                "POST",
                "/v1/apply?wait=20",
                request(
                        "site",
                        false,
                        "",
                        chain("same", "tcp,tp_dst=1", IMAGE),
                        chain("flow", "tcp,tp_dst=2", IMAGE),
                        chain("image", "tcp,tp_dst=3", IMAGE),
                        chain("gone", "tcp,tp_dst=4", IMAGE)));
        JsonNode plan = ok(
                "POST",
                "/v1/plan",
                request(
                        "site",
                        true,
                        "",
                        chain("same", "tcp,tp_dst=1", IMAGE),
                        chain("flow", "tcp,tp_dst=22", IMAGE),
                        chain("image", "tcp,tp_dst=3", OTHER_IMAGE),
                        chain("new", "tcp,tp_dst=5", IMAGE)));
        assertThat(told(plan, "middleboxes", "name", "effect"))
                .containsExactlyInAnyOrder("same nothing", "flow hot", "image restarts", "new starts", "gone stops");
        assertThat(plan.path("actions").toString())
                .contains("steer the flow of chain flow", "stop machine image", "start machine new", "machine gone")
                .doesNotContain("same");
        assertThat(chains()).containsExactly("flow", "gone", "image", "same");
    }

    @Test
    void aPoolIsWrittenDownAndGoesWithItsSet() throws Exception {
        JsonNode pool = json.readTree("""
                {"apiVersion": "flowstream/v1", "kind": "Pool", "name": "ready", "owner": "operator",
                 "spec": {"image": "runtime", "size": 4, "memoryMib": 8, "hypervisor": "auto"}}
                """);
        assertThat(told(ok("POST", "/v1/apply", request("site", false, "", pool)), "objects", "kind", "name", "change"))
                .containsExactly("Pool ready create");
        assertThat(told(ok("POST", "/v1/apply", request("site", false, "", pool)), "objects", "kind", "name", "change"))
                .containsExactly("Pool ready nothing");
        assertThat(told(ok("POST", "/v1/apply", request("site", true, "")), "objects", "kind", "name", "change"))
                .containsExactly("Pool ready remove");
    }

    @Test
    void whatIsWrongIsOneErrorAndNothingIsMade() throws Exception {
        ok("POST", "/v1/apply?wait=20", request("site", false, "", chain("web", "tcp,tp_dst=80", IMAGE)));
        JsonNode good = chain("good", "udp", IMAGE);
        assertThat(refused("/v1/apply", request("site", false, "", good, chain("all", "tcp", IMAGE))))
                .startsWith("chain 'all' overlaps with chain 'web': at port 'uplink'");
        assertThat(refused("/v1/apply", request("site", false, "", good, chain("u", "ip", IMAGE))))
                .contains("chain 'good' overlaps with chain 'u'", "chain 'u' overlaps with chain 'web'");
        assertThat(refused("/v1/apply", request("site", false, "", good, chain("p", "arp", IMAGE, "nosuch", "lab"))))
                .isEqualTo(
                        "port 'nosuch' is not on bridge 'flowstream', or has no network interface; nothing was created");
        assertThat(refused("/v1/apply", request("site", false, "", good, chain("i", "arp", "00".repeat(32)))))
                .isEqualTo("image sha256:" + "00".repeat(32) + " is not on this host");
        ObjectNode many = chain("many", "arp", IMAGE).deepCopy();
        ((ObjectNode) many.path("spec")).put("instances", "per-connection");
        assertThat(refused("/v1/apply", request("site", false, "", good, many)))
                .isEqualTo(
                        "chain 'many': instances per-connection are told apart by IP headers: the flow must say ip, ipv6,"
                                + " tcp, udp or the like");
        ((ObjectNode) many.path("spec")).put("flow", "ipv6").put("returnFlow", "ipv6");
        assertThat(refused("/v1/chains", many))
                .isEqualTo("chain 'many': instances per-connection of all of IPv6 would take neighbour discovery: add a"
                        + " protocol, such as tcp6");
        ((ObjectNode) many.path("spec")).put("flow", "tcp6").put("returnFlow", "tcp6,ipv6_dst=2001:db8::1");
        assertThat(refused("/v1/chains", many))
                .isEqualTo(
                        "chain 'many': instances per-connection need middleboxes that do not translate: what comes back"
                                + " would not tell which it is for");
        ((ObjectNode) many.path("spec")).put("returnFlow", "tcp6").put("part", "pooled/ready");
        assertThat(refused("/v1/chains", many)).isEqualTo("chain 'many' is a part of another: it cannot be declared");
        assertThat(refused("/v1/apply", request("site", false, "", good, good)))
                .isEqualTo("Chain 'good' is there twice");
        assertThat(chains()).containsExactly("web");
    }

    @Test
    void aChangeThatIsNotConfirmedIsTakenBack() throws Exception {
        ok("POST", "/v1/apply?wait=20", request("site", false, "", chain("a", "tcp", IMAGE), chain("b", "udp", IMAGE)));
        JsonNode answer = ok(
                "POST",
                "/v1/apply?wait=20",
                request("site", true, "1min", chain("a", "tcp", OTHER_IMAGE), chain("c", "arp", IMAGE)));
        assertThat(answer.path("confirmUntil").asText()).isNotEmpty();
        assertThat(chains()).containsExactly("a", "c");
        assertThat(refused("/v1/apply", request("site", false, "", chain("d", "arp", IMAGE))))
                .startsWith("the change of set 'site' waits for its confirmation until ");
        clock.forward(Duration.ofMinutes(2));
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> chains().equals(List.of("a", "b")));
        assertThat(ok("GET", "/v1/chains/a", json.createObjectNode()).toString())
                .contains(IMAGE);
        // What the set had made is the set's again.
        ok("POST", "/v1/apply?wait=20", request("site", true, "", chain("a", "tcp", IMAGE)));
        assertThat(chains()).containsExactly("a");
    }

    @Test
    void aConfirmedChangeStaysAndAnUnconfirmedOneIsTakenBackByTheNextDaemon() throws Exception {
        ok("POST", "/v1/apply?wait=20", request("site", false, "1min", chain("a", "tcp", IMAGE)));
        assertThat(ok("POST", "/v1/confirm", json.createObjectNode())
                        .path("set")
                        .asText())
                .isEqualTo("site");
        assertThat(refused("/v1/confirm", json.createObjectNode())).isEqualTo("no change waits for its confirmation");
        ok("POST", "/v1/apply?wait=20", request("site", false, "1min", chain("b", "udp", IMAGE)));
        daemon.close();
        clock.forward(Duration.ofMinutes(2));
        startDaemon();
        assertThat(chains()).containsExactly("a");
    }

    @Test
    void aBypassedChainLeadsFromPortToPortUntilItIsResumedAndApplyLeavesItSo() throws Exception {
        JsonNode request = request("site", false, "", chain("web", "tcp", IMAGE));
        ok("POST", "/v1/apply?wait=20", request);
        ok("POST", "/v1/chains/web/bypass?wait=20", json.createObjectNode());
        assertThat(ways()).containsExactly("uplink -> servers", "servers -> uplink");
        ok("POST", "/v1/apply?wait=20", request);
        assertThat(ok("GET", "/v1/chains/web", json.createObjectNode())
                        .at("/spec/bypassed")
                        .asBoolean())
                .isTrue();
        ok("POST", "/v1/chains/web/resume?wait=20", json.createObjectNode());
        assertThat(ways()).allMatch(way -> way.matches("(uplink|servers) -> fs.*"));
    }

    private List<String> ways() {
        return world.plans().stream()
                .flatMap(plan -> plan.intents().stream())
                .filter(org.flowstream.chain.RuleIntent.Enter.class::isInstance)
                .map(org.flowstream.chain.RuleIntent.Enter.class::cast)
                .map(enter -> enter.from().port() + " -> " + enter.to())
                .toList();
    }

    @Test
    void puttingOneChainMakesOrChangesIt() throws Exception {
        ok("PUT", "/v1/chains/web?wait=20", chain("web", "tcp", IMAGE));
        JsonNode changed = ok("PUT", "/v1/chains/web?wait=20", chain("web", "udp", IMAGE));
        assertThat(changed.at("/spec/flow").asText()).isEqualTo("udp");
        assertThat(send("PUT", "/v1/chains/other", chain("web", "udp", IMAGE)).getStatus())
                .isEqualTo(400);
    }
}
