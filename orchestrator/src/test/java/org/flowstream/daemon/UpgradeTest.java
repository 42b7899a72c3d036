package org.flowstream.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.flowstream.element.ElementLibrary;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.image.ImageStore;
import org.flowstream.image.OldRuntimes;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.Name;
import org.flowstream.problem.Problems;
import org.flowstream.store.Store;
import org.flowstream.template.Assignment;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateLoader;
import org.junit.jupiter.api.Test;

/** Machines on an earlier runtime are replaced one by one; on a host in memory. */
final class UpgradeTest extends DaemonTest {
    private ImageStore images() {
        return new ImageStore(settings().places().images());
    }

    /** An image of a stock template as an earlier version of this program would have built it. */
    private Image old(String template, String... parameters) {
        return image(new ImageCompiler(OldRuntimes.ofProgram(), ElementLibrary.load(), "test"), template, parameters);
    }

    private Image image(ImageCompiler compiler, String name, String... parameters) {
        Problems problems = new Problems();
        Template template = TemplateLoader.stock(name);
        Image image = compiler.build(
                template,
                ParameterBinder.bind(
                        template, Assignment.of(Optional.empty(), Arrays.asList(parameters), problems), problems),
                problems);
        images().put(image);
        return image;
    }

    private JsonNode stock(String name, String flow, Image image, String template, Map<String, ?> parameters) {
        ObjectNode chain = chain(name, flow, image.digest().hex()).deepCopy();
        ObjectNode box = (ObjectNode) chain.at("/spec/middleboxes/0");
        box.put("template", template + " 1.0.0").put("origin", "stock");
        box.set("parameters", json.valueToTree(parameters));
        return chain;
    }

    private JsonNode wire(String name, String flow, Image image) {
        return stock(name, flow, image, "wire", Map.of());
    }

    private void declare(JsonNode... chains) throws Exception {
        for (JsonNode chain : chains) {
            ok("POST", "/v1/chains?wait=20", chain);
        }
    }

    private List<String> plan(String query) throws Exception {
        return told(
                json.createObjectNode().set("steps", ok("GET", "/v1/upgrade" + query, json.createObjectNode())),
                "steps",
                "middlebox",
                "effect",
                "reason");
    }

    private String image(String chain) throws Exception {
        return ok("GET", "/v1/chains/" + chain, json.createObjectNode())
                .at("/spec/middleboxes/0/image")
                .asText();
    }

    private List<String> machines(String verb) {
        return world.done().stream()
                .filter(it -> it.startsWith(verb + " machine"))
                .map(it -> it.split(" ", -1)[2])
                .toList();
    }

    @Test
    void theyAreReplacedOneAfterTheOtherAndTheOthersAreLeftAlone() throws Exception {
        Image firewall = old("firewall", "rules=allow tcp dst port 80", "rules=deny all");
        Image wire = old("wire");
        declare(
                stock(
                        "fw",
                        "tcp,tp_dst=1",
                        firewall,
                        "firewall",
                        Map.of("rules", List.of("allow tcp dst port 80", "deny all"))),
                wire("plain", "tcp,tp_dst=2", wire),
                wire("new", "tcp,tp_dst=3", image(ImageCompiler.ofProgram(), "wire")),
                chain("built", "tcp,tp_dst=4", old("ether-mirror").digest().hex()),
                wire("off", "tcp,tp_dst=5", wire));
        ok("POST", "/v1/chains/off/stop?wait=20", json.createObjectNode());
        int before = world.done().size();
        assertThat(plan(""))
                .containsExactly(
                        "built left alone its template did not come with the program, and the image alone cannot be built"
                                + " anew: apply it again from where the template is",
                        "fw restarts ",
                        "off left alone its chain is stopped: nothing could tell whether the new image becomes ready",
                        "plain restarts ");
        assertThat(plan("?chain=plain")).containsExactly("plain restarts ");
        assertThat(world.done()).hasSize(before);

        JsonNode done = ok("POST", "/v1/upgrade?wait=60", json.createObjectNode());
        assertThat(done.path("state").asText()).isEqualTo("done");
        assertThat(done.path("outcome").asText()).isEqualTo("2 of 2 upgraded; 2 left alone");
        assertThat(done.path("subject").asText()).isEqualTo("all");
        assertThat(told(done, "stages", "stage"))
                .containsSubsequence("machine", "guest", "upgrade", "machine", "guest", "upgrade");
        // The second ends only when the first is there again.
        assertThat(world.done().subList(before, world.done().size()).stream()
                        .filter(it -> it.contains("machine fw") || it.contains("machine plain"))
                        .map(it -> it.split(" ", -1)[0] + " " + it.split(" ", -1)[2])
                        .filter(it -> it.startsWith("st")))
                .containsExactly("stop fw", "start fw", "stop plain", "start plain");
        assertThat(image("fw"))
                .isEqualTo(image(ImageCompiler.ofProgram(), "firewall", "rules=allow tcp dst port 80", "rules=deny all")
                        .digest()
                        .toString());
        assertThat(plan("")).hasSize(2).allMatch(step -> step.contains("left alone"));
        assertThat(ok("POST", "/v1/upgrade?wait=60", json.createObjectNode())
                        .path("outcome")
                        .asText())
                .isEqualTo("0 of 0 upgraded; 2 left alone");
    }

    @Test
    void theFirstThatDoesNotBecomeReadyIsTakenBackAndEndsIt() throws Exception {
        Image wire = old("wire");
        declare(wire("a", "tcp,tp_dst=1", wire), wire("b", "tcp,tp_dst=2", wire), wire("c", "tcp,tp_dst=3", wire));
        String renewed = image(ImageCompiler.ofProgram(), "wire").digest().toString();
        world.refuseImage(Name.parse("b"), ImageDigest.parse(renewed), "it does not boot");
        assertThat(refused("/v1/upgrade?wait=60", json.createObjectNode()))
                .startsWith("b: start machine b")
                .endsWith("; it is ready again with its earlier image; 1 of 3 upgraded");
        assertThat(image("a")).isEqualTo(renewed);
        assertThat(image("b")).isEqualTo(wire.digest().toString());
        assertThat(image("c")).isEqualTo(wire.digest().toString());
        assertThat(machines("stop")).doesNotContain("c");
    }

    @Test
    void aCancelledOneStopsAfterTheMachineThatItIsAt() throws Exception {
        Image wire = old("wire");
        declare(wire("a", "tcp,tp_dst=1", wire), wire("b", "tcp,tp_dst=2", wire));
        CountDownLatch start = new CountDownLatch(1);
        world.holdStarts(start);
        long id = ok("POST", "/v1/upgrade", json.createObjectNode()).path("id").asLong();
        assertThat(refused("/v1/upgrade", json.createObjectNode()))
                .isEqualTo("operation " + id + " is an upgrade that goes on");
        assertThat(ok("POST", "/v1/operations/" + id + "/cancel", json.createObjectNode())
                        .path("outcome")
                        .asText())
                .isEqualTo("it stops after the machine that it is at; what is upgraded stays so");
        start.countDown();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> ok("GET", "/v1/middleboxes/a", json.createObjectNode())
                        .path("state")
                        .asText()
                        .equals("ready"));
        assertThat(plan("")).containsExactly("b restarts ");
    }

    @Test
    void machinesThatWaitOnAnEarlierRuntimeAreReplacedByThemselves() throws Exception {
        ObjectNode many = chain("many", "tcp", IMAGE).deepCopy();
        ((ObjectNode) many.path("spec")).put("instances", "per-connection");
        JsonNode pool = json.readTree("""
                {"apiVersion": "flowstream/v1", "kind": "Pool", "name": "ready", "owner": "operator",
                 "spec": {"image": "runtime", "size": 2, "memoryMib": 8, "hypervisor": "auto"}}
                """);
        ok("POST", "/v1/apply?wait=20", request("site", false, "", many, pool));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> machines("start").size() == 2);
        Set<String> before = Set.copyOf(machines("start"));
        daemon.close();
        // As an earlier version left them: with an image that is not this version's.
        List<String> images = waiting(true);
        startDaemon();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> Set.copyOf(machines("stop")).containsAll(before)
                        && machines("start").stream()
                                        .filter(it -> !before.contains(it))
                                        .count()
                                == 2);
        daemon.close();
        assertThat(waiting(false)).isEqualTo(images);
    }

    /** The images of the machines that wait, as the store has them; perhaps changed from then on. */
    private List<String> waiting(boolean change) {
        try (Store store = Store.open(settings().places().state())) {
            List<DeclaredChain> waiting = store.chains().stream()
                    .filter(chain -> chain.spec().spec().part().isPooled())
                    .toList();
            if (change) {
                waiting.forEach(chain -> store.put(
                        chain.withSpec(chain.spec()
                                .with(chain.spec()
                                        .spec()
                                        .middleboxes()
                                        .get(0)
                                        .with("(empty)", ImageDigest.parse("sha256:" + OTHER_IMAGE), 8))),
                        clock.instant()));
            }
            return waiting.stream()
                    .map(chain ->
                            chain.spec().spec().middleboxes().get(0).image().toString())
                    .toList();
        }
    }

    @Test
    void aTemplateThatRefusesItsParametersIsLeftAlone() throws Exception {
        declare(stock("fw", "tcp", old("firewall"), "firewall", Map.of("nosuch", 1)));
        assertThat(plan(""))
                .hasSize(1)
                .allMatch(step -> step.startsWith("fw left alone template firewall does not take"
                        + " its parameters any more: unknown parameter"));
        assertThat(send("GET", "/v1/upgrade?chain=nosuch", json.createObjectNode())
                        .getStatus())
                .isEqualTo(404);
    }
}
