package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flowstream operation}: what was asked for and changes the host over time. */
@Command(
        name = "operation",
        description = "Lists, shows, awaits and cancels operations: what was asked for and changes the host over time.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            OperationCommands.Ls.class,
            OperationCommands.Show.class,
            OperationCommands.WaitFor.class,
            OperationCommands.Cancel.class
        },
        footer = {
            "",
            "Each run, apply, start, stop, restart, rm, bypass, resume and upgrade begins one.",
            "",
            "Example:",
            "  flowstream operation ls"
        })
final class OperationCommands extends GroupCommand {
    private static final String PATH = "/v1/operations";

    private static String path(long id) {
        return PATH + "/" + id;
    }

    private static String took(JsonNode operation) {
        Instant end = operation.has("end") ? Instant.parse(operation.path("end").asText()) : Instant.now();
        return Quantities.took(
                Duration.between(Instant.parse(operation.path("begin").asText()), end));
    }

    private static String outcome(JsonNode operation) {
        return operation.has("waitsFor")
                ? operation.path("waitsFor").asText()
                : operation.path("outcome").asText();
    }

    /** Lists them. */
    @Command(
            name = "ls",
            description = "Lists the operations that go on, and the latest 200 that have ended.",
            footer = {"", "Example:", "  flowstream operation ls --running"})
    static final class Ls extends DaemonCommand {
        @Option(names = "--running", description = "Those alone that go on.")
        private boolean running;

        @Option(names = "--chain", paramLabel = "NAME", defaultValue = "", description = "About this chain alone.")
        private String chain = "";

        @Mixin
        private OutputOption output;

        @Override
        public Integer call() {
            JsonNode operations = client().get(PATH + "?running=" + running
                    + (chain.isEmpty() ? "" : "&chain=" + ApiClient.segment(chain)));
            Table table = new Table(">ID", "KIND", "SUBJECT", "OWNER", "STATE", "BEGAN", ">TOOK", "OUTCOME");
            for (JsonNode operation : operations) {
                table.row(
                        operation.path("id").asText(),
                        operation.path("kind").asText(),
                        operation.path("subject").asText(),
                        operation.path("owner").asText(),
                        operation.path("state").asText(),
                        operation.path("begin").asText(),
                        took(operation),
                        outcome(operation));
            }
            output.print(terminal(), operations, table);
            return 0;
        }
    }

    /** Shows one. */
    @Command(
            name = "show",
            description = "Shows an operation with its stages and its outcome.",
            footer = {"", "Example:", "  flowstream operation show 17"})
    static final class Show extends DaemonCommand {
        @Parameters(paramLabel = "ID", description = "The operation's number.")
        private long id;

        @Mixin
        private OutputOption output;

        @Override
        public Integer call() {
            JsonNode operation = client().get(path(id));
            if (output.json()) {
                out().println(operation.toPrettyString());
                return 0;
            }
            Table facts = new Table("", "");
            facts.row("operation", operation.path("id").asText())
                    .row("kind", operation.path("kind").asText())
                    .row("subject", operation.path("subject").asText())
                    .row("owner", operation.path("owner").asText())
                    .row("state", operation.path("state").asText())
                    .row("began", operation.path("begin").asText())
                    .row("took", took(operation))
                    .row(operation.has("waitsFor") ? "waits for" : "outcome", outcome(operation));
            out().print(facts.render());
            if (!operation.path("stages").isEmpty()) {
                out().println();
                Table stages = new Table("NAME", "STAGE", ">TOOK", "DETAIL");
                for (JsonNode stage : operation.path("stages")) {
                    stages.row(
                            stage.path("name").asText(),
                            stage.path("stage").asText(),
                            Quantities.took(Duration.ofNanos(stage.path("took").asLong())),
                            stage.path("detail").asText());
                }
                out().print(stages.render());
            }
            return 0;
        }
    }

    /** Waits for one. */
    @Command(
            name = "wait",
            description = "Waits until an operation has ended; exits with 0 when it is done, else with 1.",
            footer = {"", "Example:", "  flowstream operation wait 17 --timeout 120"})
    static final class WaitFor extends DaemonCommand {
        @Parameters(paramLabel = "ID", description = "The operation's number.")
        private long id;

        @Option(
                names = "--timeout",
                paramLabel = "SECONDS",
                defaultValue = "60",
                description = "How long to wait (default: ${DEFAULT-VALUE}).")
        private int timeout;

        @Mixin
        private OutputOption output;

        @Override
        public Integer call() {
            JsonNode operation = client().get(path(id) + "?wait=" + timeout);
            if (output.json()) {
                out().println(operation.toPrettyString());
                return operation.path("state").asText().equals("done") ? 0 : 1;
            }
            switch (operation.path("state").asText()) {
                case "done" ->
                    out().println("operation " + id + " is done after " + took(operation) + ": " + outcome(operation));
                case "running" ->
                    throw new CommandFailure(
                            "operation " + id + " goes on after " + timeout + " s: " + outcome(operation),
                            "flowstream operation show " + id);
                default ->
                    throw new CommandFailure(
                            "operation " + id + " is " + operation.path("state").asText() + ": " + outcome(operation),
                            "flowstream operation show " + id);
            }
            return 0;
        }
    }

    /** Cancels one. */
    @Command(
            name = "cancel",
            description = "Takes back what an operation asked for, where that is well defined.",
            footer = {
                "",
                "A run is removed again; an apply, start, stop, bypass or resume is as before it, unless something else was",
                "asked since; an upgrade stops after the machine that it is at. A restart or a removal cannot be taken back,",
                "nor can what has ended.",
                "",
                "Example:",
                "  flowstream operation cancel 17"
            })
    static final class Cancel extends DaemonCommand {
        @Parameters(paramLabel = "ID", description = "The operation's number.")
        private long id;

        @Mixin
        private OutputOption output;

        @Override
        public Integer call() {
            JsonNode operation = client().post(path(id) + "/cancel");
            if (output.json()) {
                out().println(operation.toPrettyString());
            } else {
                out().println("operation " + id + " is "
                        + operation.path("state").asText() + ": " + outcome(operation));
            }
            return 0;
        }
    }
}
