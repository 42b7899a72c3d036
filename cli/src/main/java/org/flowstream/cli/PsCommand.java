package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code flowstream ps}: all middleboxes, one line each. */
@Command(
        name = "ps",
        description = "Lists the middleboxes: state, health, flow, traffic.",
        footer = {
            "",
            "HEALTH has a dot for each level that the template asks for: machine, control, forwarding, function;",
            "● holds, ○ does not, · not known yet.",
            "",
            "Example:",
            "  flowstream ps --output json"
        })
final class PsCommand extends DaemonCommand {
    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        JsonNode boxes = client().get(output.json() ? "/v1/middleboxes" : "/v1/middleboxes?brief=true");
        Table table = new Table(
                "NAME",
                "TEMPLATE",
                "STATE",
                "HEALTH",
                "FLOW",
                "BETWEEN",
                ">IN",
                ">OUT",
                ">DROPPED",
                ">CPU",
                ">MEMORY",
                ">UP");
        for (JsonNode box : boxes) {
            JsonNode counters = box.path("counters");
            table.row(
                    box.path("name").asText(),
                    box.path("template").asText() + unverified(box),
                    state(box) + (box.path("bypassed").asBoolean() ? ", bypassed" : ""),
                    dots(box.path("health")),
                    flow(box),
                    box.path("between").asText(),
                    rate(counters.path("receivedRate")),
                    rate(counters.path("sentRate")),
                    counters.has("dropped")
                            ? Quantities.count(counters.path("dropped").asLong())
                            : "-",
                    cpu(box).orElse("-"),
                    box.path("memoryMib").asText() + " MiB" + kind(box),
                    up(box));
        }
        output.print(terminal(), boxes, table);
        return 0;
    }

    /** A process is no machine, which its user should see. */
    private static String kind(JsonNode box) {
        return box.path("hypervisor").asText().equals("process") ? " (process)" : "";
    }

    /** What is the user's own is run as it is: nobody can say what it does. */
    static String unverified(JsonNode box) {
        String guest = box.path("guest").asText("engine");
        return guest.equals("engine") ? "" : " (" + guest + ", unverified)";
    }

    /** The flow's match; one that names nothing is any. */
    static String flow(JsonNode box) {
        String flow = box.path("flow").asText();
        return flow.isEmpty() ? "any" : flow;
    }

    /** Of one processor, in the latest seconds. */
    static Optional<String> cpu(JsonNode box) {
        return box.hasNonNull("cpuPercent")
                ? Optional.of(Quantities.percent(box.path("cpuPercent").asDouble()))
                : Optional.empty();
    }

    /** The state; a machine that ends again and again says so in each of its states. */
    static String state(JsonNode box) {
        return box.path("state").asText() + (box.hasNonNull("flapping") ? ", flapping" : "");
    }

    private static String rate(JsonNode rate) {
        return rate.isNumber() ? Quantities.packetRate(rate.asDouble()) : "-";
    }

    static String up(JsonNode box) {
        return box.hasNonNull("upSince")
                ? Quantities.age(
                        Duration.between(Instant.parse(box.path("upSince").asText()), Instant.now()))
                : "-";
    }

    /** Of levels with all that is known of them, or of their states alone. */
    static String dots(JsonNode health) {
        StringBuilder dots = new StringBuilder();
        for (JsonNode level : health) {
            dots.append(
                    switch ((level.isTextual() ? level : level.path("state")).asText()) {
                        case "good" -> "●";
                        case "bad" -> "○";
                        default -> "·";
                    });
        }
        return dots.toString();
    }
}
