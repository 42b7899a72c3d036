package org.flowstream.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands share; each is a {@link LocalCommand} or a {@link DaemonCommand}. */
abstract sealed class BaseCommand implements Callable<Integer>, SaysNeeds
        permits LocalCommand, DaemonCommand, GroupCommand {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    @SuppressWarnings("unused") // picocli reads it
    private boolean help;

    /** Where the command's words go. */
    final Terminal terminal() {
        return ((Main) spec.root().userObject()).terminal();
    }

    /** Where the result goes. */
    final PrintWriter out() {
        return terminal().out();
    }

    /** The command as picocli sees it, for errors about its parameters. */
    final CommandSpec spec() {
        return spec;
    }
}
