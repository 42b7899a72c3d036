package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;

/** {@code flowstream start}: machines on again. */
@Command(
        name = "start",
        description = "Switches a chain's machines on again, and waits until they are ready.",
        footer = {"", "Example:", "  flowstream start fw"})
final class StartCommand extends EachChain {
    StartCommand() {
        super("ready");
    }

    @Override
    JsonNode begin(String chain, String query) {
        return client().post(chain + "/start?" + query);
    }
}
