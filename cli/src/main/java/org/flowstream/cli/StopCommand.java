package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;

/** {@code flowstream stop}: machines off, declaration and wires kept. */
@Command(
        name = "stop",
        description = "Switches a chain's machines off; its traffic then meets its failure policy.",
        footer = {"", "Example:", "  flowstream stop fw"})
final class StopCommand extends EachChain {
    StopCommand() {
        super("stopped");
    }

    @Override
    JsonNode begin(String chain, String query) {
        return client().post(chain + "/stop?" + query);
    }
}
