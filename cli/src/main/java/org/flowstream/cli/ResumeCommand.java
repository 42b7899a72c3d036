package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flowstream resume}: halted machines go on. */
@Command(
        name = "resume",
        description =
                "Has a suspended chain's machines or processes go on with all that they held, and waits until they are ready.",
        footer = {"", "Example:", "  flowstream resume fw"})
final class ResumeCommand extends DaemonCommand {
    @Parameters(paramLabel = "NAME", arity = "1..*", description = "The chain or middlebox.")
    private List<String> names = new ArrayList<>();

    @Mixin
    private WaitOptions wait;

    @Override
    public Integer call() {
        for (String name : names) {
            long begin = System.nanoTime();
            String path = "/v1/chains/" + ApiClient.segment(name);
            JsonNode chain = client().get(path);
            String state = chain.at("/spec/state").asText();
            if (!state.equals("suspended")) {
                throw new CommandFailure(
                        "chain '" + chain.path("name").asText() + "' is not suspended, but " + state, "flowstream ps");
            }
            JsonNode operation = client().post(path + "/start?" + wait.query());
            out().println(name + " is ready" + wait.after(begin, operation));
        }
        return 0;
    }
}
