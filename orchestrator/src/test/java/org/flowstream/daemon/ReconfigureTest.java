package org.flowstream.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.image.ImageStore;
import org.flowstream.problem.Problems;
import org.flowstream.template.Assignment;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A running middlebox is given another configuration, and keeps its earlier one where that fails; on a host in memory. */
final class ReconfigureTest extends DaemonTest {
    private static final String SWAP = "swap the image of machine fw";

    private Image first;
    private Image second;

    @BeforeEach
    void firewall() throws Exception {
        first = image("firewall", "rules=allow tcp dst port 80");
        second = image("firewall", "rules=allow tcp dst port 443");
        ok("POST", "/v1/chains?wait=20", chain("fw", "tcp", first.digest().hex()));
    }

    private Image image(String name, String... parameters) {
        Problems problems = new Problems();
        Template template = TemplateLoader.stock(name);
        Image image = ImageCompiler.ofProgram()
                .build(
                        template,
                        ParameterBinder.bind(
                                template,
                                Assignment.of(Optional.empty(), Arrays.asList(parameters), problems),
                                problems),
                        problems);
        new ImageStore(settings().places().images()).put(image);
        return image;
    }

    private ObjectNode request(Image image) {
        ObjectNode request = json.createObjectNode()
                .put("image", image.digest().toString())
                .put("origin", "stock")
                .put("returnFlow", "")
                .put("restart", false);
        request.putObject("parameters").put("rules", "as the image has them");
        return request;
    }

    private JsonNode declared() throws Exception {
        return ok("GET", "/v1/chains/fw", json.createObjectNode()).at("/spec/middleboxes/0");
    }

    private String runs() throws Exception {
        return ok("GET", "/v1/middleboxes/fw", json.createObjectNode())
                .path("image")
                .asText();
    }

    private List<String> ends() {
        return world.done().stream()
                .filter(it -> it.startsWith("stop machine") || it.startsWith("destroy machine"))
                .toList();
    }

    private JsonNode awaitEnd(long operation) throws Exception {
        JsonNode ended = ok("GET", "/v1/operations/" + operation + "?wait=30", json.createObjectNode());
        assertThat(ended.path("state").asText()).as(ended.toString()).isNotEqualTo("running");
        return ended;
    }

    @Test
    void itTakesItWhileItRunsAndTheDeclarationIsTheNewOne() throws Exception {
        world.guestsSwap();
        JsonNode done = ok("POST", "/v1/middleboxes/fw/reconfigure?wait=20", request(second));
        assertThat(done.path("kind").asText()).isEqualTo("reconfigure");
        assertThat(done.path("outcome").asText())
                .isEqualTo("it has its new configuration, and what it held of its flows");
        assertThat(ends()).isEmpty();
        assertThat(runs()).isEqualTo(second.digest().toString());
        assertThat(declared().path("origin").asText()).isEqualTo("stock");
        assertThat(declared().path("template").asText()).isEqualTo("firewall 1.0.0");
        assertThat(declared().at("/parameters/rules").asText()).isEqualTo("as the image has them");
        daemon.close();
        startDaemon();
        assertThat(runs()).isEqualTo(second.digest().toString());
        assertThat(ok("GET", "/v1/operations?running=true", json.createObjectNode()))
                .isEmpty();
        // The same once more changes nothing.
        int before = world.done().size();
        ok("POST", "/v1/middleboxes/fw/reconfigure?wait=20", request(second));
        assertThat(world.done()).hasSize(before);
    }

    @Test
    void oneThatTheMachineRefusesIsTakenBackAndTheMachineGoesOn() throws Exception {
        world.guestsSwap();
        world.refuse(SWAP, "x.click:3: Queue(1000000): out of memory");
        assertThat(refused("/v1/middleboxes/fw/reconfigure?wait=20", request(second)))
                .contains("x.click:3: Queue(1000000): out of memory")
                .endsWith("; it goes on with its earlier configuration");
        assertThat(runs()).isEqualTo(first.digest().toString());
        assertThat(ends()).isEmpty();
        world.allowAll();
        ok("POST", "/v1/middleboxes/fw/reconfigure?wait=20", request(second));
        assertThat(runs()).isEqualTo(second.digest().toString());
    }

    @Test
    void oneThatCannotBeTakenHotIsRefusedUnlessARestartIsAllowed() throws Exception {
        int before = world.done().size();
        assertThat(refused("/v1/middleboxes/fw/reconfigure?wait=20", request(second)))
                .startsWith("middlebox 'fw' would be started anew, and lose what it holds of its flows");
        assertThat(world.done()).hasSize(before);
        assertThat(runs()).isEqualTo(first.digest().toString());
        assertThat(ok(
                                "POST",
                                "/v1/middleboxes/fw/reconfigure?wait=20",
                                request(second).put("restart", true))
                        .path("outcome")
                        .asText())
                .isEqualTo("it has its new configuration, and was started anew: what it held of its flows is lost");
        assertThat(ends()).hasSize(1);
    }

    @Test
    void theNextDaemonGoesOnWithWhatOneThatEndedBegan() throws Exception {
        world.guestsSwap();
        world.ignore(SWAP);
        long operation = ok("POST", "/v1/middleboxes/fw/reconfigure", request(second))
                .path("id")
                .asLong();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> world.done().stream().anyMatch(it -> it.startsWith(SWAP)));
        assertThat(refused("/v1/middleboxes/fw/reconfigure", request(second)))
                .contains("operation " + operation + " is a reconfiguration of chain 'fw' that goes on");
        daemon.close();
        world.allowAll();
        world.refuse(SWAP, "no such device");
        startDaemon();
        assertThat(awaitEnd(operation).path("outcome").asText())
                .contains("no such device")
                .endsWith("; it goes on with its earlier configuration");
        assertThat(declared().path("image").asText()).isEqualTo(first.digest().toString());
        daemon.close();
        startDaemon();
        assertThat(declared().path("image").asText()).isEqualTo(first.digest().toString());
    }

    @Test
    void aCancelledOneIsTakenBackAndOneThatWasChangedSinceIsNot() throws Exception {
        world.guestsSwap();
        world.ignore(SWAP);
        long operation = ok("POST", "/v1/middleboxes/fw/reconfigure", request(second))
                .path("id")
                .asLong();
        assertThat(ok("POST", "/v1/operations/" + operation + "/cancel", json.createObjectNode())
                        .path("outcome")
                        .asText())
                .isEqualTo("its earlier configuration is declared again");
        assertThat(declared().path("image").asText()).isEqualTo(first.digest().toString());

        operation = ok("POST", "/v1/middleboxes/fw/reconfigure", request(second))
                .path("id")
                .asLong();
        Image third = image("firewall", "rules=deny all");
        ObjectNode chain = (ObjectNode) chain("fw", "tcp", third.digest().hex());
        ok("PUT", "/v1/chains/fw", chain);
        assertThat(awaitEnd(operation).path("outcome").asText()).isEqualTo("fw: it was changed since");
        assertThat(declared().path("image").asText()).isEqualTo(third.digest().toString());
    }

    @Test
    void otherDevicesAnImageThatIsNotThereAndAChainOnDemandAreRefused() throws Exception {
        assertThat(refused("/v1/middleboxes/fw/reconfigure", request(image("ether-mirror"))))
                .startsWith("middlebox 'fw' has the devices outside (bump), inside (bump), and the new configuration ");
        assertThat(refused(
                        "/v1/middleboxes/fw/reconfigure", request(second).put("image", "sha256:" + "1234".repeat(16))))
                .contains("1234");
        assertThat(send("POST", "/v1/middleboxes/nosuch/reconfigure", request(second))
                        .getStatus())
                .isEqualTo(404);
        ObjectNode many = chain("many", "udp", first.digest().hex()).deepCopy();
        ((ObjectNode) many.path("spec")).put("instances", "per-connection");
        ok("POST", "/v1/apply?wait=20", request("site", false, "", many));
        assertThat(refused("/v1/middleboxes/many/reconfigure", request(second)))
                .startsWith("the machines of 'many' come with packets");
    }

    @Test
    void oneOfAChainIsChangedAndTheOthersStayAsTheyAre() throws Exception {
        ok("DELETE", "/v1/chains/fw?wait=20", json.createObjectNode());
        ObjectNode two = chain("two", "tcp", first.digest().hex()).deepCopy();
        ObjectNode outer = (ObjectNode) two.at("/spec/middleboxes/0");
        ObjectNode inner = outer.deepCopy().put("name", "inner");
        ((ObjectNode) outer.put("name", "outer").at("/devices/1")).put("to", "inner/outside");
        ((ObjectNode) inner.at("/devices/0")).put("to", "outer/inside");
        ((com.fasterxml.jackson.databind.node.ArrayNode) two.at("/spec/middleboxes")).add(inner);
        ok("POST", "/v1/chains?wait=20", two);
        world.guestsSwap();
        int before = world.done().size();
        ok("POST", "/v1/middleboxes/inner/reconfigure?wait=20", request(second));
        assertThat(world.done().subList(before, world.done().size()))
                .noneMatch(it -> it.contains("machine outer"))
                .filteredOn(it -> it.contains("machine inner"))
                .hasSize(1)
                .allMatch(it -> it.startsWith("swap the image of machine inner"));
        JsonNode boxes = ok("GET", "/v1/chains/two", json.createObjectNode()).at("/spec/middleboxes");
        assertThat(boxes.path(0).path("image").asText())
                .isEqualTo(first.digest().toString());
        assertThat(boxes.path(1).path("image").asText())
                .isEqualTo(second.digest().toString());
    }
}
