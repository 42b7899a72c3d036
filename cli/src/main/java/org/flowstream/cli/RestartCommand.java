package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;

/** {@code flowstream restart}: machines anew. */
@Command(
        name = "restart",
        description = "Starts a chain's machines anew, and waits until they are ready.",
        footer = {"", "Example:", "  flowstream restart fw"})
final class RestartCommand extends EachChain {
    RestartCommand() {
        super("ready");
    }

    @Override
    JsonNode begin(String chain, String query) {
        return client().post(chain + "/restart?" + query);
    }
}
