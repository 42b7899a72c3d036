package org.flowstream.cli;

import picocli.CommandLine.Command;

/** {@code flowstream store}: copies of what was declared. */
@Command(
        name = "store",
        description = "Makes a copy of the store, which holds what was declared and how machines ended; puts one back.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {StoreBackupCommand.class, StoreRestoreCommand.class},
        footer = {"", "Example:", "  flowstream store backup /root/flowstream.backup"})
final class StoreCommands extends GroupCommand {}
