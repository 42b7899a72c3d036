package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.template.TemplateSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code flowstream image rm}: removes images that no middlebox uses. */
@Command(
        name = "rm",
        description = "Removes images of this host. One that a middlebox uses stays.",
        footer = {"", "Example:", "  flowstream image rm sha256:9c41d0a7b3e2"})
final class ImageRm extends DaemonCommand {
    @Parameters(paramLabel = "DIGEST", arity = "1..*", description = "The image's name, or its first digits.")
    private List<String> digests = List.of();

    @Override
    public Integer call() {
        JsonNode images = client().get("/v1/images");
        List<String> found = digests.stream().map(each -> find(images, each)).toList();
        for (String digest : found) {
            client().delete("/v1/images/" + ApiClient.segment(digest));
            out().println(digest + " is removed.");
        }
        return 0;
    }

    private static String find(JsonNode images, String text) {
        if (!TemplateSource.DIGEST.matcher(text).matches()) {
            throw CommandFailure.usage("'" + text + "': expected a digest such as sha256:9c41d0a7b3e2");
        }
        String prefix = text.startsWith("sha256:") ? text : "sha256:" + text;
        List<String> found = new ArrayList<>();
        images.forEach(image -> {
            String digest = image.path("digest").asText();
            if (digest.startsWith(prefix)) {
                found.add(digest);
            }
        });
        if (found.size() != 1) {
            throw new CommandFailure(
                    found.isEmpty() ? "there is no image " + prefix : prefix + " begins the names of several images",
                    "flowstream image ls");
        }
        return found.get(0);
    }
}
