package org.flowstream.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flowstream port rm}: gives an interface back as it was. */
@Command(
        name = "rm",
        description =
                "Takes external ports off their bridge, unless they were there before, and restores their offloads.",
        footer = {"", "Example:", "  flowstream port rm eth1"})
final class PortRm extends DaemonCommand {
    @Parameters(paramLabel = "PORT", arity = "1..*", description = "The port.")
    private List<String> names = new ArrayList<>();

    @Mixin
    private WaitOptions wait;

    @Override
    public Integer call() {
        for (String name : names) {
            long begin = System.nanoTime();
            client().delete("/v1/ports/" + ApiClient.segment(name) + "?" + wait.query());
            out().println(name + " is removed" + wait.after(begin));
        }
        return 0;
    }
}
