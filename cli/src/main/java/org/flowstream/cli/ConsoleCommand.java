package org.flowstream.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code flowstream console}: the guest's console as it goes on. */
@Command(
        name = "console",
        description = "Shows the guest's console as it goes on, until Ctrl-C.",
        footer = {
            "",
            "The console of an image of ours only speaks; ask it by 'flowstream handler'.",
            "",
            "Example:",
            "  flowstream console fw"
        })
final class ConsoleCommand extends DaemonCommand {
    private static final int CONTEXT_LINES = 10;

    @Parameters(paramLabel = "NAME", description = "The middlebox.")
    private String name;

    @Override
    public Integer call() {
        client().text(
                        "/v1/middleboxes/" + ApiClient.segment(name) + "/logs?lines=" + CONTEXT_LINES + "&follow=true",
                        line -> {
                            out().println(line);
                            out().flush();
                        });
        return 0;
    }
}
