package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;

/** {@code flowstream rm}: nothing of it is left. */
@Command(
        name = "rm",
        description = "Removes chains with their machines, ports, rules and exit reasons.",
        footer = {"", "Example:", "  flowstream rm fw"})
final class RmCommand extends EachChain {
    RmCommand() {
        super("removed");
    }

    @Override
    JsonNode begin(String chain, String query) {
        return client().delete(chain + "?" + query);
    }
}
