package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flowstream suspend}: machines halted, with all that they hold. */
@Command(
        name = "suspend",
        description =
                "Halts a chain's machines or processes, which keep connections, counts and queued packets; its"
                        + " traffic meets its failure policy. They stay so, also when the daemon is started anew, until resume.",
        footer = {"", "Example:", "  flowstream suspend fw"})
final class SuspendCommand extends DaemonCommand {
    @Parameters(paramLabel = "NAME", arity = "1..*", description = "The chain or middlebox.")
    private List<String> names = new ArrayList<>();

    @Mixin
    private WaitOptions wait;

    @Override
    public Integer call() {
        for (String name : names) {
            long begin = System.nanoTime();
            String path = "/v1/chains/" + ApiClient.segment(name);
            JsonNode operation = client().post(path + "/suspend?" + wait.query());
            out().println(name + " is suspended" + wait.after(begin, operation));
        }
        return 0;
    }
}
