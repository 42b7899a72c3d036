package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flowstream start}: machines on again. */
@Command(
        name = "start",
        description = "Switches a chain's machines on again, and waits until they are ready.",
        footer = {"", "Example:", "  flowstream start fw"})
final class StartCommand extends DaemonCommand {
    @Parameters(paramLabel = "NAME", arity = "1..*", description = "The chain or middlebox.")
    private List<String> names = new ArrayList<>();

    @Mixin
    private WaitOptions wait;

    @Override
    public Integer call() {
        for (String name : names) {
            long begin = System.nanoTime();
            String path = "/v1/chains/" + ApiClient.segment(name);
            JsonNode operation = client().post(path + "/start?" + wait.query());
            out().println(name + " is ready" + wait.after(begin, operation));
        }
        return 0;
    }
}
