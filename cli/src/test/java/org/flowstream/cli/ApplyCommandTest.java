package org.flowstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowstream.api.Answer;
import org.flowstream.api.ApiProblem;
import org.flowstream.api.Call;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From documents to what the daemon is asked for and back, and what is said of documents that are wrong. */
final class ApplyCommandTest {
    private static final String SITE = """
            [{"apiVersion": "flowstream/v1", "kind": "Port", "name": "lab", "spec": {}},
             {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "web", "owner": "alice", "spec": {
               "between": ["uplink", "servers"],
               "flow": "tcp,nw_dst=203.0.113.2,tp_dst=80",
               "failure": "open",
               "middleboxes": [
                 {"template": "firewall", "parameters": {"rules": ["allow tcp dst port 80"]}, "memory": "16 MiB"},
                 {"name": "nat", "template": "nat", "parameters": {"address": "203.0.113.2", "udp_timeout": 30}},
                 {"template": "tee", "devices": {"copy": "lab"}, "health": {"heartbeat": "2s"}}]}}]
            """;

    @TempDir
    private Path folder;

    private final ObjectMapper json = new ObjectMapper();
    private final Screen screen = Screen.plain();
    private final List<JsonNode> asked = new ArrayList<>();
    private FakeDaemon daemon;

    @BeforeEach
    void startDaemon() {
        daemon = FakeDaemon.in(folder)
                .answers("GET", "/v1/images/{digest}", call -> Answer.ok(Map.of()))
                .answers("POST", "/v1/apply", this::take);
    }

    @AfterEach
    void stopDaemon() {
        daemon.close();
    }

    private Answer take(Call call) {
        ObjectNode request = call.body(ObjectNode.class);
        asked.add(request);
        return Answer.ok(Map.of("objects", List.of(Map.of("kind", "Chain", "name", "web", "change", "create"))));
    }

    private Path file(String name, String text) throws Exception {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private JsonNode applied(Path file) {
        assertThat(daemon.run(screen, "apply", "-f", file.toString(), "--set", "site", "--prune"))
                .as(screen.err())
                .isZero();
        return asked.get(asked.size() - 1);
    }

    @Test
    void aChainIsNamedWiredAndFollowedThroughItsTranslator() throws Exception {
        JsonNode request = applied(file("site.json", SITE));
        assertThat(screen.out()).isEqualTo("chain web created\n");
        assertThat(request.path("set").asText()).isEqualTo("site");
        assertThat(request.path("prune").asBoolean()).isTrue();
        JsonNode port = request.at("/objects/0");
        assertThat(port.path("kind").asText()).isEqualTo("Port");
        assertThat(port.at("/spec/bridge").asText()).isEqualTo("flowstream");
        JsonNode chain = request.at("/objects/1");
        assertThat(chain.path("owner").asText()).isEqualTo("alice");
        // Behind nat the flow is to some computer inside, at any port: it comes back from there.
        assertThat(chain.at("/spec/returnFlow").asText()).isEqualTo("tcp,nw_src=192.168.1.0/24");
        List<String> wires = new ArrayList<>();
        chain.at("/spec/middleboxes")
                .forEach(box -> box.path("devices")
                        .forEach(device -> wires.add(box.path("name").asText() + "/"
                                + device.path("device").asText() + " "
                                + device.path("to").asText())));
        assertThat(wires)
                .containsExactly(
                        "web-firewall/outside uplink",
                        "web-firewall/inside nat/outside",
                        "nat/outside web-firewall/inside",
                        "nat/inside web-tee/outside",
                        "web-tee/outside nat/inside",
                        "web-tee/inside servers",
                        "web-tee/copy lab");
        JsonNode firewall = chain.at("/spec/middleboxes/0");
        assertThat(firewall.path("parameters").toString()).isEqualTo("{\"rules\":[\"allow tcp dst port 80\"]}");
        assertThat(firewall.path("origin").asText()).isEqualTo("stock");
        assertThat(firewall.path("memoryMib").asInt()).isEqualTo(16);
        assertThat(chain.at("/spec/middleboxes/1/parameters/udp_timeout").asInt())
                .isEqualTo(30);
        assertThat(chain.at("/spec/middleboxes/2/health/heartbeat").asText()).isEqualTo("2s");
    }

    @Test
    void whatIsExportedIsAppliedToTheSame() throws Exception {
        JsonNode request = applied(file("site.json", SITE));
        ArrayNode chains = json.createArrayNode().add(request.at("/objects/1"));
        ObjectNode pool = (ObjectNode) json.readTree("""
                {"apiVersion": "flowstream/v1", "kind": "Pool", "name": "waiting", "owner": "alice",
                 "spec": {"image": "runtime", "size": 16, "memoryMib": 24, "hypervisor": "qemu"}}
                """);
        ArrayNode pools = json.createArrayNode()
                .add(pool.deepCopy().put("wanted", 32).put("ready", 30).put("starting", 2));
        daemon.answers("GET", "/v1/chains", chains)
                .answers("GET", "/v1/pools", pools)
                .answers(
                        "GET",
                        "/v1/ports",
                        List.of(Map.of("name", "lab", "bridge", "flowstream", "owner", "operator")));
        Screen exported = Screen.plain();
        assertThat(daemon.run(exported, "export")).as(exported.err()).isZero();
        assertThat(exported.out()).contains("\"between\"").doesNotContain("sha256", "returnFlow", "bridge");
        JsonNode again = applied(file("again.json", exported.out()));
        ArrayNode expected =
                json.createArrayNode().add(request.at("/objects/0")).add(pool).add(request.at("/objects/1"));
        assertThat(again.path("objects")).isEqualTo(expected);
    }

    @Test
    void allThatIsWrongWithAllFilesIsToldAtOnceAndTheDaemonIsNotAsked() throws Exception {
        file("docs/a.json", """
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "Web", "spec": {"middleboxes": []}}
                {"apiVersion": "flowstream/v2", "kind": "Chian", "name": "x", "spec": {}}
                """);
        file("docs/b.json", """
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "web", "spec": {
                  "between": ["uplink", "servers"],
                  "flow": "tcp,tp_dst=80000",
                  "idle": "soon",
                  "priority": 10000,
                  "middleboxs": 1,
                  "middleboxes": [
                    {"template": "firewal"},
                    {"template": "firewall", "parameters": {"rules": ["allow all"], "ruls": 1}},
                    {"template": "nat", "parameters": {"address": "198.51.100.300"}},
                    {"template": "wire", "click": "x.click"}]}}
                """);
        file("docs/c.json", """
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "web", "spec": {"middleboxes": [{"template": "tee"}]}}
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "ring", "spec": {"middleboxes": [
                  {"name": "a", "template": "wire", "devices": {"outside": "b/inside", "inside": "b/outside"}},
                  {"name": "b", "template": "wire", "devices": {"outside": "a/inside", "inside": "a/outside"}}]}}
                """);
        assertThat(daemon.run(screen, "apply", "-f", folder.resolve("docs").toString()))
                .isEqualTo(1);
        assertThat(screen.err().replace(folder + "/docs/", ""))
                .contains(
                        "a.json:1:58: name: 'Web': expected a name",
                        "a.json:1:89: spec.middleboxes: the list has 0 items; expected at least 1",
                        "a.json:2:16: apiVersion: \"flowstream/v2\" is not flowstream/v1",
                        "a.json:2:41: kind: \"Chian\" is none of Chain, Port, Pool",
                        "b.json:3:11: spec.flow: ",
                        "b.json:4:11: spec.idle: 'soon': expected a duration",
                        "b.json:5:15: spec.priority: 10000 is above the maximum 9999",
                        "b.json:6:3: spec: unknown member \"middleboxs\" (did you mean 'middleboxes'?)",
                        "b.json:8:18: spec.middleboxes[0].template: there is no template 'firewal'"
                                + " (did you mean 'firewall'?)",
                        "b.json:9:69: unknown parameter \"ruls\" of template firewall (did you mean 'rules'?)",
                        "b.json:10:51: address: '198.51.100.300': expected an IPv4 address",
                        "b.json:11:5: spec.middleboxes[3]: \"template\" and \"click\": expected one of them",
                        "c.json:1:58: name: Chain 'web' is there twice, first in ",
                        "c.json:1:90: spec.middleboxes[0].devices: device 'outside' of template tee is not wired",
                        "c.json:1:90: spec.middleboxes[0].devices: device 'copy' of template tee is not wired",
                        "c.json:2:90: spec: chain 'ring' is wired to no external port")
                .contains("Nothing was created.");
        assertThat(daemon.requests()).isEmpty();
    }

    @Test
    void aFileThatIsNotThereAndABadDurationAreUsageErrors() {
        assertThat(daemon.run(screen, "apply", "-f", "nosuch.json")).isEqualTo(2);
        assertThat(screen.err()).contains("-f nosuch.json: there is no such file");
        assertThat(daemon.run(screen, "apply", "-f", "nosuch.json", "--confirm", "soon"))
                .isEqualTo(2);
        assertThat(screen.err()).contains("--confirm: 'soon': expected a duration");
    }

    @Test
    void aRefusalIsOneErrorWithItsCureAndLeavesNoImage() throws Exception {
        daemon = FakeDaemon.in(folder.resolve("other"))
                .answers("GET", "/v1/images/{digest}", call -> {
                    throw ApiProblem.notFound("there is no such image", "flowstream image ls");
                })
                .answers("PUT", "/v1/images/{digest}", call -> Answer.done())
                .answers("DELETE", "/v1/images/{digest}", call -> Answer.done())
                .answers("POST", "/v1/apply", call -> {
                    throw ApiProblem.refused("chain 'web' overlaps with chain 'x'", "give one another priority");
                });
        Path file = file("one.json", """
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "web",
                 "spec": {"between": ["a", "b"], "middleboxes": [{"template": "wire"}]}}
                """);
        assertThat(daemon.run(screen, "apply", "-f", file.toString())).isEqualTo(1);
        assertThat(screen.err())
                .isEqualTo("flowstream: chain 'web' overlaps with chain 'x'\n  cure: give one another priority\n");
        assertThat(daemon.requests())
                .containsExactly(
                        "GET /v1/images/{digest}",
                        "PUT /v1/images/{digest}",
                        "POST /v1/apply",
                        "DELETE /v1/images/{digest}");
    }

    @Test
    void aPlanIsATableForPeople() throws Exception {
        daemon.answers(
                "POST",
                "/v1/plan",
                Map.of(
                        "objects", List.of(Map.of("kind", "Chain", "name", "web", "change", "update")),
                        "middleboxes", List.of(Map.of("name", "web", "chain", "web", "effect", "restarts")),
                        "actions", List.of("stop machine web", "start machine web")));
        assertThat(daemon.run(screen, "plan", "-f", file("site.json", SITE).toString()))
                .isZero();
        assertThat(screen.out())
                .contains("chain  web   update", "web        web    restarts", "1. stop machine web")
                .contains("2. start machine web");
    }
}
