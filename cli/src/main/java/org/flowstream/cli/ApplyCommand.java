package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.image.Image;
import org.flowstream.model.BridgeName;
import org.flowstream.model.Durations;
import org.flowstream.problem.BadValueException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowstream apply}: objects made as documents say. */
@Command(
        name = "apply",
        description = "Makes chains and ports as documents say; returns when all of them are ready.",
        footer = {
            "",
            "What is as the documents say already stays as it is. What they do not name is not touched, but with --prune",
            "what an earlier apply of the same --set made. When anything is wrong, nothing is made.",
            "A chain that is stopped or bypassed stays so. flowstream chain schema prints the documents' form.",
            "",
            "Example:",
            "  flowstream apply -f site.json --set site --prune --confirm 60s"
        })
final class ApplyCommand extends DaemonCommand {
    @Mixin
    private DocumentFiles files;

    @Option(
            names = "--confirm",
            paramLabel = "DURATION",
            description = "Take all of it back after so long, such as 60s, unless flowstream confirm follows.")
    private @Nullable String confirm;

    @Mixin
    private WaitOptions wait;

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        if (confirm != null) {
            try {
                Durations.parse(confirm);
            } catch (BadValueException e) {
                throw CommandFailure.usage("--confirm: " + e.getMessage());
            }
        }
        ApiClient client = client();
        DocumentBuilder.Built built = build(files, client);
        List<String> brought = new ArrayList<>();
        JsonNode answer;
        try {
            for (Image image : built.images()) {
                if (ImageUpload.bring(client, image)) {
                    brought.add(ImageUpload.path(image));
                }
            }
            answer = client.post(
                    "/v1/apply?" + wait.query(), request(files, confirm == null ? "" : confirm, built.objects()));
        } catch (CommandFailure refused) {
            throw withoutImages(client, brought, refused);
        }
        if (output.json()) {
            out().println(answer.toPrettyString());
            return 0;
        }
        for (JsonNode object : answer.path("objects")) {
            out().println(kind(object) + " " + object.path("name").asText() + " "
                    + switch (object.path("change").asText()) {
                        case "create" -> "created";
                        case "update" -> "changed";
                        case "remove" -> "removed";
                        default -> "unchanged";
                    });
        }
        if (wait.detached()) {
            out().println("Wait for it: flowstream operation wait "
                    + answer.path("operation").asText());
        }
        if (answer.has("confirmUntil")) {
            out().println("It is taken back at " + answer.path("confirmUntil").asText()
                    + ".   Keep it: flowstream confirm");
        }
        return 0;
    }

    static String kind(JsonNode object) {
        return object.path("kind").asText().toLowerCase(java.util.Locale.ROOT);
    }

    static DocumentBuilder.Built build(DocumentFiles files, ApiClient client) {
        try {
            return DocumentBuilder.build(files.read(), BridgeName.parse(files.bridge()), client);
        } catch (BadValueException e) {
            throw CommandFailure.usage("--bridge: " + e.getMessage());
        }
    }

    static ObjectNode request(DocumentFiles files, String confirm, List<JsonNode> objects) {
        ObjectNode request = JsonNodeFactory.instance
                .objectNode()
                .put("set", files.set())
                .put("prune", files.prune())
                .put("confirm", confirm)
                .put("session", System.getenv().getOrDefault("SSH_CONNECTION", ""));
        ArrayNode list = request.putArray("objects");
        objects.forEach(list::add);
        return request;
    }

    /** A refused request leaves nothing behind; an image that is used by now stays by itself. */
    private static CommandFailure withoutImages(ApiClient client, List<String> brought, CommandFailure refused) {
        for (String path : brought) {
            try {
                client.delete(path);
            } catch (CommandFailure e) {
                refused.addSuppressed(e);
            }
        }
        return refused;
    }
}
