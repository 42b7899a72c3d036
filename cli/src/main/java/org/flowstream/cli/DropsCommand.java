package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flowstream drops}: which packets were lost, where and why. */
@Command(
        name = "drops",
        description =
                "Shows the packets that a middlebox dropped, by element, reason and rule; and those the switch dropped.",
        footer = {"", "Example:", "  flowstream drops fw --follow"})
final class DropsCommand extends DaemonCommand {
    @Parameters(paramLabel = "NAME", description = "The middlebox.")
    private String name;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what changes.")
    private boolean follow;

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        String path = "/v1/middleboxes/" + ApiClient.segment(name) + "/drops";
        if (!follow) {
            JsonNode drops = client().get(path);
            output.print(terminal(), drops, table(drops, true));
            return 0;
        }
        boolean[] first = {true};
        client().lines("GET", path + "?follow=true", null, drops -> {
            out().print(
                            output.json()
                                    ? drops + System.lineSeparator()
                                    : table(drops, first[0]).render());
            out().flush();
            first[0] = false;
        });
        return 0;
    }

    private static Table table(JsonNode drops, boolean titles) {
        Table table = titles
                ? new Table("ELEMENT", "WHERE", "REASON", "RULE", ">PACKETS", "LATEST")
                : new Table("", "", "", "", ">", "");
        for (JsonNode drop : drops) {
            table.row(
                    drop.path("element").asText(),
                    drop.path("where").asText(),
                    drop.path("reason").asText(),
                    drop.path("rule").asText(),
                    Quantities.count(drop.path("packets").asLong()),
                    drop.path("latest").asText());
        }
        return table;
    }
}
