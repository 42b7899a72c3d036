package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;

/** {@code flowstream resume}: halted machines go on. */
@Command(
        name = "resume",
        description =
                "Has a suspended chain's machines or processes go on with all that they held, and waits until they are ready.",
        footer = {"", "Example:", "  flowstream resume fw"})
final class ResumeCommand extends EachChain {
    ResumeCommand() {
        super("ready");
    }

    @Override
    JsonNode begin(String chain, String query) {
        JsonNode found = client().get(chain);
        String state = found.at("/spec/state").asText();
        if (!state.equals("suspended")) {
            throw new CommandFailure(
                    "chain '" + found.path("name").asText() + "' is not suspended, but " + state, "flowstream ps");
        }
        return client().post(chain + "/start?" + query);
    }
}
