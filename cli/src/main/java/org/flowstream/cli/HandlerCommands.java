package org.flowstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flowstream handler}: the values inside a running middlebox, as Click calls them. */
@Command(
        name = "handler",
        description = "Lists, reads and writes the handlers of a running middlebox's elements.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {HandlerCommands.Ls.class, HandlerCommands.Read.class, HandlerCommands.Write.class},
        footer = {"", "Example:", "  flowstream handler ls fw"})
final class HandlerCommands extends GroupCommand {
    private static String path(String name) {
        return "/v1/middleboxes/" + ApiClient.segment(name) + "/handlers";
    }

    /** Lists them. */
    @Command(
            name = "ls",
            description = "Lists the elements of a running middlebox and their handlers.",
            footer = {"", "Example:", "  flowstream handler ls fw filter"})
    static final class Ls extends DaemonCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The middlebox.")
        private String name;

        @Parameters(index = "1", paramLabel = "ELEMENT", arity = "0..1", description = "One element alone.")
        private @Nullable String element;

        @Mixin
        private OutputOption output;

        @Override
        public Integer call() {
            JsonNode handlers =
                    client().get(path(name) + (element == null ? "" : "?element=" + ApiClient.segment(element)));
            Table table = new Table("HANDLER", "CLASS", "ACCESS");
            for (JsonNode handler : handlers) {
                table.row(
                        handler.path("handler").asText(),
                        handler.path("class").asText(),
                        handler.path("access").asText());
            }
            output.print(terminal(), handlers, table);
            return 0;
        }
    }

    /** Reads one. */
    @Command(
            name = "read",
            description = "Prints the value of a handler.",
            footer = {"", "Example:", "  flowstream handler read fw filter.config"})
    static final class Read extends DaemonCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The middlebox.")
        private String name;

        @Parameters(
                index = "1",
                paramLabel = "ELEMENT.HANDLER",
                description = "The handler, or a global one such as drops.")
        private String handler;

        @Override
        public Integer call() {
            String value = client().get(path(name) + "/" + ApiClient.segment(handler))
                    .path("value")
                    .asText();
            out().print(value.isEmpty() || value.endsWith("\n") ? value : value + "\n");
            return 0;
        }
    }

    /** Writes one. */
    @Command(
            name = "write",
            description = "Writes a value to a handler.",
            footer = {
                "",
                "Example:",
                "  flowstream handler write fw counter.reset",
                "  flowstream handler write fw switch.switch 1"
            })
    static final class Write extends DaemonCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The middlebox.")
        private String name;

        @Parameters(index = "1", paramLabel = "ELEMENT.HANDLER", description = "The handler.")
        private String handler;

        @Parameters(
                index = "2",
                paramLabel = "VALUE|@FILE",
                arity = "0..1",
                defaultValue = "",
                description = "The value, or a file with it; nothing by default.")
        private String value = "";

        @Override
        public Integer call() throws IOException {
            byte[] bytes =
                    value.startsWith("@") ? Files.readAllBytes(Path.of(value.substring(1))) : value.getBytes(UTF_8);
            JsonNode answer =
                    client().put(path(name) + "/" + ApiClient.segment(handler), "application/octet-stream", bytes);
            String text = answer.path("value").asText();
            if (!text.isEmpty()) {
                out().println(text);
            }
            return 0;
        }
    }
}
