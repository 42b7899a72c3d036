package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code flowstream events}: what happened, and what happens. */
@Command(
        name = "events",
        description = "Prints what happened; with --follow, goes on with what happens.",
        footer = {
            "",
            "In JSON, lines of kind snapshot come first: each chain, middlebox and port as it is, then one of kind",
            "snapshot-end. With --follow and without --since, what comes after them is what changes from there on.",
            "",
            "Example:",
            "  flowstream events --since 10m --follow"
        })
final class EventsCommand extends DaemonCommand {
    private static final Pattern AGO = Pattern.compile("[0-9]{1,9}[smh]");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what happens.")
    private boolean follow;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            defaultValue = "",
            description = "From this time on: 2026-01-02T03:04:05Z, or so long ago: 90s, 10m, 2h.")
    private String since = "";

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
        String from = since.isEmpty() ? "" : since(since, Instant.now()).toString();
        client().lines(
                        "GET",
                        "/v1/events?follow=" + follow + "&snapshot=" + output.json() + "&since="
                                + ApiClient.segment(from) + "&subject=" + ApiClient.segment(subject),
                        null,
                        this::print);
        return 0;
    }

    private Instant since(String text, Instant now) {
        try {
            if (AGO.matcher(text).matches()) {
                return now.minus(Duration.parse("PT" + text.toUpperCase(Locale.ROOT)));
            }
            return Instant.parse(text);
        } catch (DateTimeException | ArithmeticException e) {
            throw new ParameterException(
                    spec().commandLine(), "--since takes 2026-01-02T03:04:05Z, 90s, 10m or 2h, not '" + text + "'", e);
        }
    }

    private void print(JsonNode event) {
        if (output.json()) {
            out().println(event);
        } else {
            String who = event.path("subject").asText();
            String took = event.hasNonNull("took")
                    ? "  " + Quantities.took(Duration.ofNanos(event.path("took").asLong()))
                    : "";
            out().println(TIME.format(Instant.parse(event.path("time").asText())) + "  "
                    + String.format("%-12s", who.isEmpty() ? "-" : who) + "  "
                    + event.path("text").asText() + took);
        }
        out().flush();
    }
}
