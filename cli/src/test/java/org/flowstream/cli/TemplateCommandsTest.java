package org.flowstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TemplateCommandsTest {
    @TempDir
    private Path folder;

    private final Screen screen = Screen.plain();

    @Test
    void stockTemplatesAreListedShownAndInOrder() throws IOException {
        assertThat(screen.run("template", "ls")).isZero();
        assertThat(screen.out()).contains("firewall", "flow-monitor", "wire");
        for (String name : new String[] {"firewall", "flow-monitor", "wire"}) {
            Screen shown = Screen.plain();
            assertThat(shown.run("template", "show", name)).isZero();
            assertThat(shown.out())
                    .startsWith(name + " 1.0.0\n")
                    .contains("outside", "Build it: flowstream image build");
            Screen json = Screen.plain();
            assertThat(json.run("template", "show", name, "--output", "json")).isZero();
            assertThat(tree(json).path("devices")).hasSize(2);
            Screen validated = Screen.plain();
            assertThat(validated.run("template", "validate", name)).isZero();
            assertThat(validated.out()).startsWith(name + " 1.0.0 is in order: ");
        }
    }

    @Test
    void theSchemaIsJson() throws IOException {
        assertThat(screen.run("template", "schema")).isZero();
        assertThat(tree(screen).path("$id").asText()).isEqualTo("https://flowstream.org/schema/template-1.json");
    }

    @Test
    void aNewTemplateIsInOrderAndPassesItsTests() throws IOException {
        Path mine = folder.resolve("my-firewall");
        assertThat(screen.run("template", "new", mine.toString(), "--from", "firewall"))
                .isZero();
        assertThat(screen.out()).contains("flowstream template validate " + mine);
        Screen validated = Screen.plain();
        assertThat(validated.run("template", "validate", mine.toString(), "--output", "json"))
                .isZero();
        assertThat(tree(validated).path("name").asText()).isEqualTo("my-firewall");
        Screen tested = Screen.plain();
        assertThat(tested.run("template", "test", mine.toString())).isZero();
        assertThat(tested.out())
                .contains(" ✓ ping by rule\n")
                .contains("tests passed in ")
                .doesNotContain("✗");
        assertThat(Files.exists(mine.resolve("template.schema.json"))).isTrue();
        Screen again = Screen.plain();
        assertThat(again.run("template", "new", mine.toString())).isEqualTo(1);
        assertThat(again.err()).contains("is there already");
    }

    @Test
    void whatCannotBeMadeLeavesNothing() throws IOException {
        assertThat(screen.run("template", "new", folder.resolve("Bad_Name").toString()))
                .isEqualTo(2);
        assertThat(screen.run("template", "new", folder.resolve("a").toString(), "--from", "wier"))
                .isEqualTo(2);
        assertThat(screen.run("template", "new", folder.resolve("no/such").toString()))
                .isEqualTo(1);
        assertThat(screen.err())
                .contains("'Bad_Name' cannot be a template's name", "did you mean 'wire'?", "there is no folder");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void aTestThatFailsIsShownWithItsPlace() throws IOException {
        Path mine = folder.resolve("mine");
        assertThat(Screen.plain().run("template", "new", mine.toString())).isZero();
        Files.writeString(
                mine.resolve("tests/everything.test"),
                "test \"wrong\"\nsend outside 0ms ether() / ip() / udp()\nexpect outside same 1\n");
        assertThat(screen.run("template", "test", mine.toString())).isEqualTo(1);
        assertThat(screen.out())
                .contains(
                        " ✗ wrong\n   at " + mine + "/tests/everything.test:1:6\n",
                        "frame 1 out of inside is not expected",
                        "frame 1 out of outside is missing",
                        "1 of 1 test failed in ");
        Screen json = Screen.plain();
        assertThat(json.run("template", "test", mine.toString(), "--output", "json"))
                .isEqualTo(1);
        assertThat(tree(json).path(0).path("passed").asBoolean(true)).isFalse();
        assertThat(tree(json).path(0).path("differences")).hasSize(2);
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() throws IOException {
        Path mine = folder.resolve("mine");
        assertThat(Screen.plain().run("template", "new", mine.toString(), "--from", "flow-monitor"))
                .isZero();
        replace(mine.resolve("template.json"), "\"vcpus\": 1", "\"vcpus\": true");
        replace(mine.resolve("template.json"), "\"default\": 60", "\"default\": 0");
        replace(mine.resolve("flow-monitor.click"), "CAPACITY $capacity", "CAPACITY $capazity");
        replace(
                mine.resolve("flow-monitor.click"),
                "-> ToDevice(1);",
                "-> c :: Classifier(12/0800, -) -> ToDevice(1);");
        replace(mine.resolve("flow-monitor.click"), "-> ToDevice(0);", "-> d :: Countre -> ToDevice(0);");
        assertThat(screen.run("template", "validate", mine.toString())).isEqualTo(1);
        assertThat(screen.out()).isEmpty();
        assertThat(screen.err())
                .contains(
                        "template.json:",
                        "resources.vcpus: true is not an integer",
                        "parameters.timeout.default: 0 is below the minimum 1",
                        "unknown parameter '$capazity' (did you mean '$capacity'?)",
                        "unknown element class 'Countre' (did you mean 'Counter'?)",
                        "need 1 arguments, one per output port (output 1 is not connected, it has 2 outputs)")
                .endsWith("5 problems. Nothing was created.\n");
        Screen building = Screen.plain();
        Path image = folder.resolve("x.elf");
        assertThat(building.run("image", "build", mine.toString(), "-o", image.toString()))
                .isEqualTo(1);
        assertThat(building.err()).isEqualTo(screen.err());
        assertThat(image).doesNotExist();
    }

    @Test
    void aTemplateIsDrawn() throws Exception {
        Path file = folder.resolve("fw.svg");
        assertThat(screen.run("template", "graph", "firewall", "-o", file.toString()))
                .isZero();
        assertThat(screen.out()).matches("(?s).*/fw[.]svg  [0-9]+ elements, [0-9]+ connections\\R");
        Screen printed = Screen.plain();
        assertThat(printed.run("template", "graph", "firewall")).isZero();
        assertThat(printed.out()).isEqualTo(Files.readString(file));
        Screen json = Screen.plain();
        assertThat(json.run("template", "graph", "firewall", "--output", "json"))
                .isZero();
        JsonNode graph = tree(json);
        assertThat(screen.out())
                .contains(graph.path("elements").size() + " elements, "
                        + graph.path("connections").size() + " connections");
        for (JsonNode element : graph.path("elements")) {
            assertThat(printed.out())
                    .contains("data-name=\"" + element.path("name").asText() + "\"");
        }
        assertThat(graph.path("connections").path(0).fieldNames())
                .toIterable()
                .containsExactly("from", "fromPort", "to", "toPort", "processing");
    }

    @Test
    void whatCannotBeDrawnIsSaid() throws IOException {
        Path bare = folder.resolve("bare.click");
        Files.writeString(bare, "FromDevice(0) -> c :: Countre -> ToDevice(1);");
        Path file = folder.resolve("x.svg");
        assertThat(screen.run("template", "graph", bare.toString(), "-o", file.toString()))
                .isEqualTo(1);
        assertThat(screen.err()).contains("unknown element class 'Countre' (did you mean 'Counter'?)");
        assertThat(file).doesNotExist();
        Files.writeString(bare, "FromDevice(0) -> c :: Counter -> ToDevice(1);");
        assertThat(Screen.plain().run("template", "graph", bare.toString(), "-o", file.toString()))
                .isZero();
        assertThat(Files.readString(file)).contains("<title>" + bare + "</title>");
        assertThat(screen.run("template", "graph", "wire", "-o", folder.toString()))
                .isEqualTo(2);
        assertThat(screen.run(
                        "template",
                        "graph",
                        "wire",
                        "-o",
                        folder.resolve("no/x.svg").toString()))
                .isEqualTo(1);
        assertThat(screen.err()).contains("is a folder; -o takes a file", "there is no folder");
    }

    @Test
    void whatIsNoTemplateIsSaidWithACure() {
        assertThat(screen.run("template", "show", "fierwall")).isEqualTo(1);
        assertThat(screen.err()).isEqualTo("""
                        flowstream: there is no template 'fierwall' (did you mean 'firewall'?)
                          cure: flowstream template ls
                        """);
    }

    private static void replace(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(
                file,
                text.replaceFirst(java.util.regex.Pattern.quote(from), java.util.regex.Matcher.quoteReplacement(to)));
    }

    private static JsonNode tree(Screen screen) throws IOException {
        return new ObjectMapper().readTree(screen.out());
    }
}
