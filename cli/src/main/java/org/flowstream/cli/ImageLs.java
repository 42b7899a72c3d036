package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code flowstream image ls}: the images of this host. */
@Command(
        name = "ls",
        description = "Lists the images of this host and the middleboxes that use them.",
        footer = {"", "Example:", "  flowstream image ls"})
final class ImageLs extends DaemonCommand {
    private static final int SHOWN_DIGEST = "sha256:".length() + 12;

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        JsonNode images = client().get("/v1/images");
        Table table = new Table("DIGEST", "TEMPLATE", ">SIZE", ">AGE", "USED BY");
        for (JsonNode image : images) {
            String digest = image.path("digest").asText();
            List<String> users = new ArrayList<>();
            image.path("users").forEach(user -> users.add(user.asText()));
            Instant stored = Instant.parse(image.path("stored").asText());
            table.row(
                    digest.substring(0, Math.min(SHOWN_DIGEST, digest.length())),
                    image.path("template").asText() + " "
                            + image.path("version").asText(),
                    Quantities.size(image.path("size").asLong()),
                    Quantities.age(Duration.between(stored, Instant.now())),
                    users.isEmpty() ? "-" : String.join(" ", users));
        }
        output.print(terminal(), images, table);
        return 0;
    }
}
