package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.flowstream.daemon.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code flowstream daemon status}: whether the daemon runs and answers. */
@Command(
        name = "status",
        description = "Says whether the daemon runs and answers; exits with 1 when it does not.",
        footer = {"", "Example:", "  flowstream daemon status --output json"})
final class DaemonStatus extends LocalCommand {
    @Mixin
    private SettingsOptions options;

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        Settings settings = options.settings();
        Optional<ProcessHandle> process = settings.process();
        ObjectNode value = JsonNodeFactory.instance.objectNode();
        boolean answers = false;
        String text;
        if (process.isEmpty()) {
            value.put("state", "stopped");
            text = "The daemon does not run. Start it: flowstream daemon start";
        } else {
            value.put("pid", process.get().pid());
            try {
                JsonNode status = new ApiClient(settings.apiSocket()).get("/v1/status");
                value.put("state", "running").setAll((ObjectNode) status);
                Duration age =
                        Duration.between(Instant.parse(status.path("startedAt").asText()), Instant.now());
                text = "The daemon runs since " + Quantities.age(age) + ", process "
                        + process.get().pid() + ", version "
                        + status.path("version").asText() + ". Log: " + settings.daemonLog();
                answers = true;
            } catch (CommandFailure failure) {
                value.put("state", "silent").put("detail", failure.getMessage());
                text = "Process " + process.get().pid() + " runs but does not answer: " + failure.getMessage();
            }
        }
        out().println(output.json() ? value.toPrettyString() : text);
        return answers ? 0 : 1;
    }
}
