package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flowstream upgrade}: machines on the daemon's own runtime. */
@Command(
        name = "upgrade",
        description =
                "Replaces machines on the runtime of another version by such on the daemon's own, one after the other.",
        footer = {
            "",
            "Each image is built anew from its template and parameters. A machine takes it while it runs where it can, else",
            "it is started anew, and meanwhile its chain's failure policy holds. The next follows when the chain is ready;",
            "the first that does not become ready is given its earlier image again, and ends the upgrade. Images that were",
            "built elsewhere are left alone; --dry-run says which and why.",
            "",
            "Example:",
            "  flowstream upgrade --dry-run"
        })
final class UpgradeCommand extends DaemonCommand {
    @Parameters(
            paramLabel = "CHAIN",
            arity = "0..1",
            defaultValue = "",
            description = "This chain alone (default: all).")
    private String chain = "";

    @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
    private boolean dryRun;

    @Mixin
    private WaitOptions wait;

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        String only = chain.isEmpty() ? "" : "chain=" + ApiClient.segment(chain);
        if (dryRun) {
            plan(client().get("/v1/upgrade?" + only));
            return 0;
        }
        JsonNode operation = client().post("/v1/upgrade?" + wait.query() + (only.isEmpty() ? "" : "&" + only));
        if (output.json()) {
            out().println(operation.toPrettyString());
        } else if (wait.detached()) {
            String id = operation.path("id").asText();
            out().println("It goes on: operation " + id + ".   Wait for it: flowstream operation wait " + id);
        } else {
            for (JsonNode stage : operation.path("stages")) {
                if (stage.path("stage").asText().equals("upgrade")) {
                    out().println(stage.path("name").asText() + " "
                            + stage.path("detail").asText() + ", ready after "
                            + Quantities.took(
                                    Duration.ofNanos(stage.path("took").asLong())));
                }
            }
            out().println(operation.path("outcome").asText());
        }
        return 0;
    }

    private void plan(JsonNode steps) {
        Table table = new Table("MIDDLEBOX", "CHAIN", "TEMPLATE", "EFFECT", "WHY");
        for (JsonNode step : steps) {
            String template = step.path("template").asText();
            String newTemplate = step.path("newTemplate").asText(template);
            table.row(
                    step.path("middlebox").asText(),
                    step.path("chain").asText(),
                    newTemplate.equals(template) ? template : template + " > " + newTemplate,
                    step.path("effect").asText(),
                    step.path("reason").asText());
        }
        if (steps.isEmpty() && !output.json()) {
            out().println("All middleboxes are on the daemon's runtime.");
        } else {
            output.print(terminal(), steps, table);
        }
    }
}
