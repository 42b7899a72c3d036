package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flowstream stop}: machines off, declaration and wires kept. */
@Command(
        name = "stop",
        description = "Switches a chain's machines off; its traffic then meets its failure policy.",
        footer = {"", "Example:", "  flowstream stop fw"})
final class StopCommand extends DaemonCommand {
    @Parameters(paramLabel = "NAME", arity = "1..*", description = "The chain or middlebox.")
    private List<String> names = new ArrayList<>();

    @Mixin
    private WaitOptions wait;

    @Override
    public Integer call() {
        for (String name : names) {
            long begin = System.nanoTime();
            String path = "/v1/chains/" + ApiClient.segment(name);
            JsonNode operation = client().post(path + "/stop?" + wait.query());
            out().println(name + " is stopped" + wait.after(begin, operation));
        }
        return 0;
    }
}
