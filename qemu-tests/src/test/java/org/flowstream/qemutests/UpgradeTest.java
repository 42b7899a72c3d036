package org.flowstream.qemutests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.flowstream.element.ElementLibrary;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.image.ImageStore;
import org.flowstream.image.RuntimeElf;
import org.flowstream.image.Runtimes;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.problem.Problems;
import org.flowstream.store.Store;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateLoader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Booted machines on an earlier runtime are brought onto the present one, one after the other. */
@Tag("long")
class UpgradeTest {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int PORT = 4011;
    /** A text of the runtime in which a letter is changed for the earlier one: it boots as the present one does. */
    private static final String NOW = "configuration blob: version ";

    private static final String THEN = "configuration blob: Version ";

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    private static RuntimeElf old(String name) throws IOException {
        try (InputStream in = Runtimes.class.getResourceAsStream("/org/flowstream/runtime/" + name)) {
            String bytes = new String(java.util.Objects.requireNonNull(in, name).readAllBytes(), ISO_8859_1);
            assertThat(bytes).contains(NOW);
            return RuntimeElf.of(bytes.replace(NOW, THEN).getBytes(ISO_8859_1), name);
        }
    }

    /** The image of a stock template as an earlier version would have built it, in the daemon's store. */
    private static Image old(ImageCompiler compiler, String name) {
        Template template = TemplateLoader.stock(name);
        Problems problems = new Problems();
        Image image = compiler.build(template, ParameterBinder.bind(template, List.of(), problems), problems);
        new ImageStore(LAB.platform().home().resolve("state/images")).put(image);
        return image;
    }

    private static JsonNode json(String... command) throws IOException {
        return new ObjectMapper().readTree(LAB.flowstream(command).ok().out());
    }

    private static List<String> values(JsonNode list, String member) {
        return java.util.stream.StreamSupport.stream(list.spliterator(), false)
                .map(it -> it.path(member).asText())
                .toList();
    }

    @Test
    void machinesOfAChainFollowOneAnother() throws IOException {
        Path file = LAB.platform().home().resolve("chain.json");
        Files.writeString(file, """
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "web", "spec": {"between": ["%s", "%s"],
                  "middleboxes": [{"name": "first", "template": "wire"}, {"name": "second", "template": "wire"}]}}
                """.formatted(LAB.server().port(), LAB.client().port()));
        LAB.flowstream("apply", "-f", file.toString()).ok();
        try {
            ImageCompiler compiler = new ImageCompiler(
                    new Runtimes(
                            old("flowstream-pvh.elf"),
                            old("flowstream-pvh-compact.elf"),
                            Runtimes.ofProgram().compactClasses()),
                    ElementLibrary.load(),
                    "an earlier version");
            Image old = old(compiler, "wire");
            LAB.flowstream("daemon", "stop").ok();
            try (Store store = Store.open(LAB.platform().home().resolve("state"))) {
                DeclaredChain chain = store.chain(Name.parse("web")).orElseThrow();
                for (MiddleboxSpec box : chain.spec().spec().middleboxes()) {
                    chain = chain.withSpec(chain.spec().with(box.with(box.template(), old.digest(), box.memoryMib())));
                }
                store.put(chain, Instant.now());
            }
            LAB.flowstream("daemon", "start").ok();
            Wait.until(
                    "the earlier version",
                    BOUND,
                    () -> LAB.flowstream("handler", "read", "second", "digest")
                            .out()
                            .strip()
                            .equals(old.digest().hex()));
            Wait.until("ready", BOUND, () -> LAB.flowstream("chain", "ls").out().contains("ready  "));

            JsonNode plan = json("upgrade", "--dry-run", "--output", "json");
            assertThat(values(plan, "middlebox")).containsExactly("first", "second");
            assertThat(values(plan, "effect")).containsExactly("restarts", "restarts");
            JsonNode operation = json("upgrade", "--timeout", "120", "--output", "json");
            assertThat(operation.path("state").asText()).isEqualTo("done");
            assertThat(operation.path("outcome").asText()).isEqualTo("2 of 2 upgraded");
            assertThat(values(operation.path("stages"), "stage"))
                    .containsSubsequence("machine", "guest", "upgrade", "machine", "guest", "upgrade");
            String now = json("chain", "show", "web", "--output", "json")
                    .at("/spec/middleboxes/1/image")
                    .asText();
            assertThat(now).isNotEqualTo(old.digest().toString());
            assertThat("sha256:"
                            + LAB.flowstream("handler", "read", "second", "digest")
                                    .out()
                                    .strip())
                    .isEqualTo(now);
            assertThat(json("upgrade", "--dry-run", "--output", "json")).isEmpty();
            try (Stream stream = Stream.start(LAB.client(), LAB.server(), PORT, 1000, Duration.ofSeconds(1))) {
                assertThat(stream.finish(BOUND).lost()).isZero();
            }
        } finally {
            LAB.flowstream("chain", "rm", "web");
        }
    }
}
