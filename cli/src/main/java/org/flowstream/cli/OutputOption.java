package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Option;

/** The option {@code --output} of every listing: a table for people, JSON for programs. */
final class OutputOption {
    /** The two forms of a result. */
    enum Format {
        text,
        json
    }

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "Form of the result: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Format format = Format.text;

    boolean json() {
        return format == Format.json;
    }

    /** Prints a value as JSON, or the table that the other form asks for. */
    void print(Terminal terminal, JsonNode value, Table table) {
        terminal.out().print(json() ? value.toPrettyString() + System.lineSeparator() : table.render());
    }
}
