package org.flowstream.cli;

import picocli.CommandLine.Command;

/** {@code flowstream daemon}: the process that keeps the world as it was declared. */
@Command(
        name = "daemon",
        description = "Starts, stops and looks at the daemon.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {DaemonStart.class, DaemonStop.class, DaemonStatus.class},
        footer = {"", "Example:", "  flowstream daemon start"})
final class DaemonCommands extends GroupCommand {}
