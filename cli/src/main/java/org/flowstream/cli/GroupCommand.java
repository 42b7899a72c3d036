package org.flowstream.cli;

import picocli.CommandLine.ParameterException;

/** A command that only groups others; alone it is called wrongly. */
abstract non-sealed class GroupCommand extends BaseCommand {
    @Override
    public Integer call() {
        throw new ParameterException(
                spec().commandLine(),
                "which? " + String.join(", ", spec().subcommands().keySet()));
    }

    @Override
    public String needs() {
        return "";
    }
}
