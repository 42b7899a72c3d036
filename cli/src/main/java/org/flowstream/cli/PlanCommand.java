package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code flowstream plan}: what apply would do. */
@Command(
        name = "plan",
        description = "Says what apply would do: to each object, to each middlebox, and by which actions.",
        footer = {
            "",
            "EFFECT: nothing; hot (it goes on running while something of it or around it changes); starts; restarts",
            "(what it holds of its flows is lost); stops. Nothing is changed.",
            "",
            "Example:",
            "  flowstream plan -f site.json --set site --prune"
        })
final class PlanCommand extends DaemonCommand {
    @Mixin
    private DocumentFiles files;

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        ApiClient client = client();
        DocumentBuilder.Built built = ApplyCommand.build(files, client);
        JsonNode plan = client.post("/v1/plan", ApplyCommand.request(files, "", built.objects()));
        if (output.json()) {
            out().println(plan.toPrettyString());
            return 0;
        }
        Table objects = new Table("KIND", "NAME", "CHANGE");
        for (JsonNode object : plan.path("objects")) {
            objects.row(
                    ApplyCommand.kind(object),
                    object.path("name").asText(),
                    object.path("change").asText());
        }
        Table middleboxes = new Table("MIDDLEBOX", "CHAIN", "EFFECT");
        for (JsonNode box : plan.path("middleboxes")) {
            middleboxes.row(
                    box.path("name").asText(),
                    box.path("chain").asText(),
                    box.path("effect").asText());
        }
        out().print(objects.render());
        out().println();
        out().print(middleboxes.render());
        out().println();
        if (plan.path("actions").isEmpty()) {
            out().println("No actions: the host is as declared.");
        }
        int number = 0;
        for (JsonNode action : plan.path("actions")) {
            out().println(++number + ". " + action.asText());
        }
        return 0;
    }
}
