package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flowstream inspect}: all that is known of one middlebox. */
@Command(
        name = "inspect",
        description = "Shows all that is known of a middlebox: wires, health, counters, how often and why it ended.",
        footer = {"", "Example:", "  flowstream inspect fw"})
final class InspectCommand extends DaemonCommand {
    @Parameters(paramLabel = "NAME", description = "The middlebox.")
    private String name;

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        JsonNode box = client().get("/v1/middleboxes/" + ApiClient.segment(name));
        Table table = new Table("", "");
        table.row(
                "name",
                box.path("name").asText() + "  (chain " + box.path("chain").asText() + ", owner "
                        + box.path("owner").asText() + ")");
        table.row("state", box.path("state").asText() + reason(box));
        if (box.hasNonNull("flapping")) {
            table.row("flapping", box.path("flapping").asText());
        }
        table.row("template", box.path("template").asText() + PsCommand.unverified(box));
        if (!box.path("verified").asBoolean(true)) {
            table.row("effects", "unknown: it may do anything to packets");
        }
        table.row("image", box.path("image").asText());
        table.row(
                "machine",
                box.path("machine").asText() + "  " + box.path("hypervisor").asText() + ", "
                        + box.path("memoryMib").asText() + " MiB, up " + PsCommand.up(box) + cost(box));
        if (box.hasNonNull("emulated")) {
            table.row("emulated", box.path("emulated").asText());
        }
        table.row(
                "flow",
                PsCommand.flow(box) + " between " + box.path("between").asText() + " on bridge "
                        + box.path("bridge").asText() + ", fail "
                        + box.path("failure").asText());
        for (JsonNode level : box.path("health")) {
            table.row(
                    "health",
                    level.path("level").asText() + " " + level.path("state").asText() + detail(level));
        }
        if (box.hasNonNull("liveness")) {
            table.row("liveness", box.path("liveness").asText());
        }
        for (JsonNode device : box.path("devices")) {
            table.row(
                    "device",
                    device.path("device").asText() + " ⇄ " + device.path("to").asText() + "  (port "
                            + device.path("port").asText() + ", "
                            + device.path("mac").asText() + ")");
        }
        JsonNode counters = box.path("counters");
        if (counters.isObject()) {
            table.row(
                    "packets",
                    Quantities.count(counters.path("received").asLong()) + " in, "
                            + Quantities.count(counters.path("sent").asLong()) + " out, "
                            + Quantities.count(counters.path("dropped").asLong()) + " dropped");
        }
        box.path("exits")
                .path("counts")
                .properties()
                .forEach(count -> table.row(
                        "ended", Quantities.counted(count.getValue().asLong(), "time") + ": " + count.getKey()));
        for (JsonNode exit : box.path("exits").path("recent")) {
            table.row(
                    "exit", exit.path("at").asText() + "  " + exit.path("cause").asText() + detail(exit));
        }
        output.print(terminal(), box, table);
        return 0;
    }

    /** What it takes of the host: of a processor, and of memory with all that QEMU itself needs. */
    private static String cost(JsonNode box) {
        String memory = box.hasNonNull("residentMib")
                ? ", " + box.path("residentMib").asText() + " MiB of the host's memory"
                : "";
        return PsCommand.cpu(box).map(cpu -> ", " + cpu + " CPU").orElse("") + memory;
    }

    private static String reason(JsonNode box) {
        String reason = box.path("reason").asText();
        return reason.isEmpty() ? "" : ": " + reason;
    }

    private static String detail(JsonNode node) {
        String detail = node.path("detail").asText();
        return detail.isEmpty() ? "" : ": " + detail;
    }
}
