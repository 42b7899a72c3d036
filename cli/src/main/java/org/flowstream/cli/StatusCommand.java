package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code flowstream status}: the daemon, the systems it needs, and how the middleboxes are, on one screen. */
@Command(
        name = "status",
        description = "Shows the daemon, the systems it needs, and how many middleboxes are in which state.",
        footer = {
            "",
            "It exits with 1 when a system does not answer or something declared cannot be brought about.",
            "",
            "Example:",
            "  flowstream status"
        })
final class StatusCommand extends DaemonCommand {
    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        JsonNode status = client().get("/v1/status");
        Table table = new Table("", "", "");
        Duration age = Duration.between(Instant.parse(status.path("startedAt").asText()), Instant.now());
        table.row(
                mark(true),
                "daemon",
                "version " + status.path("version").asText() + ", process "
                        + status.path("pid").asText() + ", since " + Quantities.age(age));
        boolean well = true;
        for (JsonNode system : status.path("systems")) {
            boolean answers = system.path("answers").asBoolean();
            well &= answers;
            table.row(
                    mark(answers),
                    system.path("name").asText(),
                    system.path("detail").asText());
        }
        table.row(mark(true), "middleboxes", states(status.path("middleboxes")));
        for (JsonNode blocked : status.path("blocked")) {
            well = false;
            table.row(
                    mark(false),
                    blocked.path("subject").asText(),
                    blocked.path("reason").asText());
        }
        output.print(terminal(), status, table);
        return well ? 0 : 1;
    }

    private static String mark(boolean good) {
        return good ? " ✓" : " ✗";
    }

    private static String states(JsonNode counts) {
        List<String> words = new ArrayList<>();
        counts.properties().forEach(entry -> words.add(entry.getValue().asLong() + " " + entry.getKey()));
        return words.isEmpty() ? "none" : String.join(", ", words);
    }
}
