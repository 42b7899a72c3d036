package org.flowstream.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flowstream logs}: what a guest wrote on its console, its last words included. */
@Command(
        name = "logs",
        description = "Prints what the guest wrote on its console, across its restarts.",
        footer = {"", "Example:", "  flowstream logs fw --follow"})
final class LogsCommand extends DaemonCommand {
    @Parameters(paramLabel = "NAME", description = "The middlebox.")
    private String name;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what comes.")
    private boolean follow;

    @Option(
            names = "--lines",
            paramLabel = "COUNT",
            defaultValue = "1000",
            description = "The latest so many lines (default: ${DEFAULT-VALUE}).")
    private int lines;

    @Override
    public Integer call() {
        client().text(
                        "/v1/middleboxes/" + ApiClient.segment(name) + "/logs?lines=" + lines + "&follow=" + follow,
                        line -> {
                            out().println(line);
                            out().flush();
                        });
        return 0;
    }
}
