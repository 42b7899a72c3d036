package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowstream events}: what happened, and what happens. */
@Command(
        name = "events",
        description = "Prints what happened; with --follow, goes on with what happens.",
        footer = {"", "Example:", "  flowstream events --follow"})
final class EventsCommand extends DaemonCommand {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what happens.")
    private boolean follow;

    @Option(
            names = "--subject",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Those of one chain, middlebox or port alone.")
    private String subject = "";

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        client().lines(
                        "GET",
                        "/v1/events?follow=" + follow + "&subject=" + ApiClient.segment(subject),
                        null,
                        this::print);
        return 0;
    }

    private void print(JsonNode event) {
        if (output.json()) {
            out().println(event);
        } else {
            String who = event.path("subject").asText();
            String took = event.hasNonNull("took")
                    ? "  "
                            + Quantities.took(java.time.Duration.ofNanos(
                                    event.path("took").asLong()))
                    : "";
            out().println(TIME.format(Instant.parse(event.path("time").asText())) + "  "
                    + String.format("%-12s", who.isEmpty() ? "-" : who) + "  "
                    + event.path("text").asText() + took);
        }
        out().flush();
    }
}
