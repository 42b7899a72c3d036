package org.flowstream.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.junit.jupiter.api.Test;

/** Our reading of schemas; a full validator is the oracle. */
final class JsonSchemaTest {
    private static final String GOOD = """
            {
              "$schema": "x",
              "name": "firewall",
              "version": "1.0.0",
              "summary": "Filters.",
              "parameters": {
                "rules": {"type": "list", "of": "ip-filter-rule", "least": 1, "most": 9, "default": ["deny all"], "description": "d"},
                "limit": {"type": "rate", "unit": "packets/s", "minimum": 0, "maximum": 1000, "default": 10, "description": "d"}
              },
              "devices": [
                {"name": "outside", "click": ["0", "eth0"], "mode": "bump", "role": "outside"},
                {"name": "inside", "mode": "addressed"}
              ],
              "image": {"click": "firewall.click"},
              "resources": {"memory": "8 MiB", "vcpus": 1},
              "health": {"ready": ["machine", "control"], "heartbeat": "1s"},
              "passes": {"arp": "yes", "non-ip": "no"},
              "tests": ["tests/a.test", "b.test"]
            }
            """;

    private final JsonSchema schema = TemplateSchema.schema();
    private final Schema oracle = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(TemplateSchema.text(), InputFormat.JSON);

    @Test
    void everyMistakeHasItsPlaceAndSaysWhatIsExpected() {
        String text = """
                {
                  "name": "Firewall!",
                  "version": "1.0",
                  "summary": 7,
                  "devices": [{"name": "a", "mode": "bumb"}, 5],
                  "image": {"clikc": "x.click"},
                  "parameters": {"Bad": {"type": "list", "default": 1, "description": "d"}},
                  "resources": {"vcpus": 2},
                  "health": {"ready": ["machine", "machine"]},
                  "tests": []
                }
                """;
        assertThat(mistakes(text))
                .containsExactlyInAnyOrder(
                        "t.json:2:11: name: \"Firewall!\": expected a name: lower-case letters, digits and hyphens, "
                                + "beginning with a letter, 31 at most",
                        "t.json:3:14: version: \"1.0\": expected a version such as 1.0.0",
                        "t.json:4:14: summary: 7 is not a text in quotes",
                        "t.json:5:37: devices[0].mode: \"bumb\" is none of bump, addressed (did you mean 'bump'?)",
                        "t.json:5:46: devices[1]: 5 is not an object {…}",
                        "t.json:6:13: image: unknown member \"clikc\" (did you mean 'click'?)",
                        "t.json:7:18: parameters: name: \"Bad\": expected a parameter name: lower-case letters, digits "
                                + "and underscores, beginning with a letter, 40 at most",
                        "t.json:7:25: parameters.Bad: member \"of\" is missing",
                        "t.json:8:26: resources.vcpus: 2 is above the maximum 1",
                        "t.json:9:35: health.ready: \"machine\" stands in the list twice");
    }

    @Test
    void aSchemaWithAnUnknownKeywordIsRefused() {
        assertThatThrownBy(() -> JsonSchema.of(new SourceText("s", "{\"items\": {\"multipleOf\": 2}}")))
                .hasMessageContaining("multipleOf");
        assertThatThrownBy(() -> JsonSchema.of(new SourceText("s", "{\"$ref\": \"#/$defs/none\"}")))
                .hasMessageContaining("#/$defs/none");
    }

    @Test
    void theVerdictIsThatOfAFullValidator() throws JsonProcessingException {
        ObjectMapper mapper = new ObjectMapper();
        JsonNode good = mapper.readTree(GOOD);
        assertThat(mistakes(GOOD)).isEmpty();
        assertThat(accepted(GOOD)).isTrue();
        Random random = new Random(1);
        int refused = 0;
        int rounds = 3_000;
        for (int i = 0; i < rounds; i++) {
            JsonNode mutant = good.deepCopy();
            for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
                mutate(mutant, random);
            }
            String text = mutant.toPrettyString();
            assertThat(mistakes(text).isEmpty()).as(text).isEqualTo(accepted(text));
            refused += mistakes(text).isEmpty() ? 0 : 1;
        }
        assertThat(refused).as("both verdicts are met").isBetween(rounds / 4, rounds - rounds / 20);
    }

    private boolean accepted(String text) {
        return oracle.validate(text, InputFormat.JSON).isEmpty();
    }

    private List<String> mistakes(String text) {
        SourceText source = new SourceText("t.json", text);
        Problems problems = new Problems();
        JsonReader.read(source, problems).ifPresent(it -> schema.check(it, source, problems));
        return problems.list().stream().map(Object::toString).toList();
    }

    /** Removes, renames, replaces or adds at one place. */
    private static void mutate(JsonNode root, Random random) {
        List<JsonNode> containers = new ArrayList<>();
        collect(root, containers);
        JsonNode container = containers.get(random.nextInt(containers.size()));
        if (container instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            if (names.isEmpty() || random.nextInt(6) == 0) {
                object.set(List.of("of", "x", "role", "Y_1").get(random.nextInt(4)), value(random));
                return;
            }
            String name = names.get(random.nextInt(names.size()));
            if (random.nextInt(4) == 0) {
                object.remove(name);
            } else {
                object.set(name, value(random));
            }
        } else if (container instanceof ArrayNode array) {
            if (array.isEmpty() || random.nextBoolean()) {
                array.add(value(random));
            } else {
                array.set(random.nextInt(array.size()), value(random));
            }
        }
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode()) {
            containers.add(node);
            node.forEach(it -> collect(it, containers));
        }
    }

    private static JsonNode value(Random random) {
        ObjectMapper mapper = new ObjectMapper();
        return switch (random.nextInt(14)) {
            case 0 -> mapper.getNodeFactory().numberNode(random.nextInt(2_000) - 500);
            case 1 -> mapper.getNodeFactory().numberNode(1.5);
            case 2 -> mapper.getNodeFactory().numberNode(1.0);
            case 3 -> mapper.getNodeFactory().booleanNode(true);
            case 4 -> mapper.getNodeFactory().nullNode();
            case 5 -> mapper.createObjectNode();
            case 6 -> mapper.createArrayNode();
            case 7 -> mapper.getNodeFactory().textNode("");
            case 8 -> mapper.getNodeFactory().textNode("inside");
            case 9 -> mapper.getNodeFactory().textNode("list");
            case 10 -> mapper.getNodeFactory().textNode("integer");
            case 11 -> mapper.getNodeFactory().textNode("4 MiB");
            case 12 -> mapper.getNodeFactory().textNode("machine");
            default -> mapper.getNodeFactory().textNode("x".repeat(random.nextInt(250)));
        };
    }
}
