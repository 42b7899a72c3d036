package org.flowstream.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.document.ChainWriter;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredJson;
import org.flowstream.model.PortSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flowstream export}: documents that make again what is declared. */
@Command(
        name = "export",
        description = "Prints documents of what is declared, which apply takes, here or on another host.",
        footer = {
            "",
            "A middlebox of a stock template is named by it with its parameters; any other one by the digest of its image,",
            "which the other host needs first. Whether a chain is stopped or bypassed is not part of a document.",
            "",
            "Example:",
            "  flowstream export > site.json"
        })
final class ExportCommand extends DaemonCommand {
    private static final ObjectMapper JSON = DeclaredJson.mapper();

    @Parameters(
            paramLabel = "CHAIN",
            arity = "0..*",
            description = "These chains alone (default: all, and all ports and pools).")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--bridge",
            paramLabel = "BRIDGE",
            defaultValue = "${env:FLOWSTREAM_BRIDGE:-flowstream}",
            description = "The bridge that objects need not name (default: ${DEFAULT-VALUE}, our own).")
    private String bridge = "";

    @Override
    public Integer call() {
        ApiClient client = client();
        ArrayNode documents = JsonNodeFactory.instance.arrayNode();
        if (names.isEmpty()) {
            client.get("/v1/ports").forEach(port -> documents.add(port(port)));
            client.get("/v1/pools").forEach(pool -> documents.add(pool(pool)));
            client.get("/v1/chains").forEach(chain -> documents.add(chain(chain)));
        } else {
            names.forEach(name -> documents.add(chain(client.get("/v1/chains/" + ApiClient.segment(name)))));
        }
        out().println(documents.toPrettyString());
        return 0;
    }

    private ObjectNode chain(JsonNode chain) {
        try {
            return ChainWriter.write(JSON.treeToValue(chain, ChainSpec.class), BridgeName.parse(bridge));
        } catch (JsonProcessingException e) {
            throw new CommandFailure(
                    "the daemon's chain cannot be read: " + e.getOriginalMessage(),
                    "use the flowstream of the daemon's version: flowstream daemon status");
        }
    }

    /** How a pool stands is not part of a document. */
    private static ObjectNode pool(JsonNode pool) {
        ObjectNode document = pool.deepCopy();
        ObjectNode spec = (ObjectNode) document.path("spec");
        spec.put("memory", spec.path("memoryMib").asText() + " MiB").remove("memoryMib");
        return document.without(List.of("wanted", "ready", "starting"));
    }

    private ObjectNode port(JsonNode port) {
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put("apiVersion", ChainSpec.API_VERSION)
                .put("kind", PortSpec.KIND)
                .put("name", port.path("name").asText())
                .put("owner", port.path("owner").asText());
        ObjectNode spec = document.putObject("spec");
        if (!port.path("bridge").asText().equals(bridge)) {
            spec.put("bridge", port.path("bridge").asText());
        }
        return document;
    }
}
