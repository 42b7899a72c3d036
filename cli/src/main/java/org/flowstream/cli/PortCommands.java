package org.flowstream.cli;

import picocli.CommandLine.Command;

/** {@code flowstream port}: the ports that bring traffic. */
@Command(
        name = "port",
        description =
                "Adds, lists and removes external ports: the NICs, veths, tunnels and patches that bring traffic.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {PortAdd.class, PortLs.class, PortRm.class},
        footer = {"", "Example:", "  flowstream port add eth1"})
final class PortCommands extends GroupCommand {}
