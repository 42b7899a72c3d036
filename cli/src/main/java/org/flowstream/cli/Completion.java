package org.flowstream.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code flowstream completion}: a script that teaches bash and zsh the commands and options. */
@Command(
        name = Completion.NAME,
        description = "Prints the completion script for bash and zsh.",
        footer = {"", "Example:", "  source <(flowstream completion)"})
final class Completion extends LocalCommand {
    static final String NAME = "completion";

    @Override
    public Integer call() {
        out().print(AutoComplete.bash("flowstream", spec().root().commandLine()));
        return 0;
    }
}
