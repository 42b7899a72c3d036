package org.flowstream.cli;

import picocli.CommandLine.Command;

/** {@code flowstream image}: what machines boot. */
@Command(
        name = "image",
        description = "Builds, lists, inspects and removes images: one bootable file each, named by its digest.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {ImageBuild.class, ImageLs.class, ImageInspect.class, ImageRm.class},
        footer = {"", "Example:", "  flowstream image build firewall -o fw.elf"})
final class ImageCommands extends GroupCommand {}
