package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;

/** {@code flowstream suspend}: machines halted, with all that they hold. */
@Command(
        name = "suspend",
        description =
                "Halts a chain's machines or processes, which keep connections, counts and queued packets; its"
                        + " traffic meets its failure policy. They stay so, also when the daemon is started anew, until resume.",
        footer = {"", "Example:", "  flowstream suspend fw"})
final class SuspendCommand extends EachChain {
    SuspendCommand() {
        super("suspended");
    }

    @Override
    JsonNode begin(String chain, String query) {
        return client().post(chain + "/suspend?" + query);
    }
}
