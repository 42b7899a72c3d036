package org.flowstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowstream.api.Answer;
import org.flowstream.api.ApiProblem;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.image.ImageFile;
import org.flowstream.model.DeclaredJson;
import org.flowstream.problem.Problems;
import org.flowstream.template.Assignment;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code reconfigure} asks the daemon for, and that it asks for nothing where the configuration is wrong. */
final class ReconfigureCommandTest {
    @TempDir
    private Path folder;

    private final Screen screen = Screen.plain();
    private final List<JsonNode> asked = new ArrayList<>();
    private final List<Image> brought = new ArrayList<>();
    private FakeDaemon daemon;

    @BeforeEach
    void startDaemon() throws Exception {
        Problems problems = new Problems();
        Template nat = TemplateLoader.stock("nat");
        Image image = ImageCompiler.ofProgram()
                .build(
                        nat,
                        ParameterBinder.bind(
                                nat,
                                Assignment.of(
                                        java.util.Optional.empty(),
                                        List.of("address=198.51.100.1", "mappings=1000"),
                                        problems),
                                problems),
                        problems);
        Path file = folder.resolve("nat.elf");
        Files.write(file, image.bytes());
        String chain = """
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "web", "owner": "operator", "spec": {
                 "bridge": "flowstream", "flow": "ip,nw_dst=198.51.100.0/24", "priority": 100, "failure": "closed",
                 "state": "running",
                 "middleboxes": [{"name": "n", "template": "nat 1.0.0", "origin": "stock",
                  "parameters": {"address": "198.51.100.1", "mappings": 1000}, "image": "%s", "memoryMib": 8,
                  "vcpus": 1, "hypervisor": "auto", "health": {"ready": ["machine"], "heartbeat": "1s"},
                  "devices": [{"device": "outside", "mode": "addressed", "to": "uplink"},
                              {"device": "inside", "mode": "addressed", "to": "servers"}]}]}}
                """.formatted(image.digest());
        daemon = FakeDaemon.in(folder)
                .answers("GET", "/v1/middleboxes/n", Map.of("name", "n", "chain", "web"))
                .answers("GET", "/v1/chains/web", DeclaredJson.mapper().readTree(chain))
                .answers("GET", "/v1/images/{digest}/file", call -> new Answer.File(file, "application/octet-stream"))
                .answers("GET", "/v1/images/{digest}", call -> {
                    throw ApiProblem.notFound("there is no such image", "flowstream image ls");
                })
                .answers("PUT", "/v1/images/{digest}", call -> {
                    brought.add(ImageFile.parse(call.body(), "the image"));
                    return Answer.done();
                })
                .answers("DELETE", "/v1/images/{digest}", call -> {
                    brought.clear();
                    return Answer.done();
                });
    }

    @AfterEach
    void stopDaemon() {
        daemon.close();
    }

    private void takes() {
        daemon.answers("POST", "/v1/middleboxes/n/reconfigure", call -> {
            asked.add(call.body(JsonNode.class));
            return Answer.ok(Map.of("id", 7, "outcome", "it has its new configuration"));
        });
    }

    @Test
    void whatIsNotGivenStaysAndTheReturnFlowFollows() {
        takes();
        assertThat(daemon.run(screen, "reconfigure", "n", "-p", "mappings=500"))
                .as(screen.err())
                .isZero();
        assertThat(screen.out()).startsWith("n: it has its new configuration after ");
        assertThat(asked.get(0).at("/parameters/address").asText()).isEqualTo("198.51.100.1");
        assertThat(asked.get(0).at("/parameters/mappings").asInt()).isEqualTo(500);
        assertThat(asked.get(0).path("origin").asText()).isEqualTo("stock");
        assertThat(asked.get(0).path("image").asText())
                .isEqualTo(brought.get(0).digest().toString());
        assertThat(daemon.run(screen, "reconfigure", "n", "--reset", "-p", "address=198.51.100.7", "--output", "json"))
                .isZero();
        assertThat(screen.out()).contains("\"outcome\" : \"it has its new configuration\"");
        assertThat(asked.get(1).path("parameters").propertyStream().map(Map.Entry::getKey))
                .containsExactly("address");
    }

    @Test
    void allMistakesAreToldWithTheirPlacesAndNothingIsAsked() throws Exception {
        takes();
        assertThat(daemon.run(screen, "reconfigure", "n", "-p", "mappings=many", "-p", "nosuch=1"))
                .isEqualTo(1);
        assertThat(screen.err()).contains("-p mappings=many", "-p nosuch=1");
        Path click = folder.resolve("lb.click");
        Files.writeString(click, "FromDevice(0) -> Countre -> ToDevice(1);\nFromDevice(1) -> ToDevice(0, NOSUCH 1);\n");
        assertThat(daemon.run(screen, "reconfigure", "n", "--config", click.toString()))
                .isEqualTo(1);
        assertThat(screen.err()).contains("lb.click:1:18", "Countre", "lb.click:2:", "NOSUCH");
        assertThat(asked).isEmpty();
        assertThat(brought).isEmpty();
    }

    @Test
    void aRefusalLeavesNoImage() {
        daemon.answers("POST", "/v1/middleboxes/n/reconfigure", call -> {
            throw ApiProblem.conflict(
                    "middlebox 'n' would be started anew", "flowstream reconfigure with --allow-restart");
        });
        assertThat(daemon.run(screen, "reconfigure", "n", "-p", "mappings=500")).isEqualTo(1);
        assertThat(screen.err()).contains("middlebox 'n' would be started anew", "cure: ");
        assertThat(brought).isEmpty();
    }
}
