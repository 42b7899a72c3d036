package org.flowstream.cli;

import picocli.CommandLine.Command;

/** {@code flowstream confirm}: what waits stays. */
@Command(
        name = "confirm",
        description = "Keeps what apply --confirm made, which is otherwise taken back when its time is over.",
        footer = {"", "Example:", "  flowstream confirm"})
final class ConfirmCommand extends DaemonCommand {
    @Override
    public Integer call() {
        String set = client().post("/v1/confirm").path("set").asText();
        out().println("The change of set '" + set + "' is kept.");
        return 0;
    }
}
