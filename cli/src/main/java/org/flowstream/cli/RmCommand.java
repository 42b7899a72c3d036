package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flowstream rm}: nothing of it is left. */
@Command(
        name = "rm",
        description = "Removes chains with their machines, ports, rules and exit reasons.",
        footer = {"", "Example:", "  flowstream rm fw"})
final class RmCommand extends DaemonCommand {
    @Parameters(paramLabel = "NAME", arity = "1..*", description = "The chain or middlebox.")
    private List<String> names = new ArrayList<>();

    @Mixin
    private WaitOptions wait;

    @Override
    public Integer call() {
        for (String name : names) {
            long begin = System.nanoTime();
            String path = "/v1/chains/" + ApiClient.segment(name);
            JsonNode operation = client().delete(path + "?" + wait.query());
            out().println(name + " is removed" + wait.after(begin, operation));
        }
        return 0;
    }
}
