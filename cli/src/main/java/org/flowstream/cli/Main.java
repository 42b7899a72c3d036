package org.flowstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The program {@code flowstream}.
 *
 * <p>It exits with 0 when the command did what it says, 1 when it failed and 2 when it was called wrongly.
 */
@Command(
        name = "flowstream",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Makes small, isolated, identifiable middleboxes for flows.",
        footer = {"", "Example:", "  flowstream run wire --name first --between A:B"})
public final class Main {
    private final Terminal terminal;

    private Main(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Runs one command and ends the process with its exit status. */
    public static void main(String[] args) {
        loadAhead();
        PrintWriter out = new PrintWriter(System.out, true, UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, UTF_8);
        System.exit(run(Terminal.ofProcess(out, err), args));
    }

    /**
     * Has a thread of its own load what a request to the daemon needs, while this one reads the command line: JSON and
     * sockets take Java some 40 ms at their first use. This class names nothing of it before, or would load it itself.
     */
    private static void loadAhead() {
        Thread thread = new Thread(ApiClient::load, "load-ahead");
        thread.setDaemon(true);
        thread.start();
    }

    /** Runs one command and returns its exit status. */
    static int run(Terminal terminal, String... args) {
        if (args.length > 0 && (args[0].equals(ClickCommand.NAME) || args[0].equals(ClickBuildtool.NAME))) {
            List<String> words = List.of(args).subList(1, args.length);
            int status = args[0].equals(ClickCommand.NAME)
                    ? ClickProgram.run(terminal, words)
                    : ClickBuildtool.run(terminal, words);
            terminal.flush();
            return status;
        }
        // Those that write about all commands are given all.
        boolean alone = args.length > 0 && !args[0].equals(Completion.NAME) && !args[0].equals(ManPages.NAME);
        CommandLine commandLine = withCommand(alone ? args[0] : "", terminal);
        if (args.length == 0) {
            commandLine.usage(terminal.err());
            return CommandLine.ExitCode.USAGE;
        }
        int status = commandLine.execute(args);
        terminal.flush();
        return status;
    }

    /** The whole tree of commands, as the help pages, the completion and the man pages need it too. */
    static CommandLine commandLine(Terminal terminal) {
        return withCommand("", terminal);
    }

    /** The program with the command of a name alone, or with all where there is none of this name. */
    private static CommandLine withCommand(String name, Terminal terminal) {
        CommandLine commandLine = new CommandLine(new Main(terminal));
        // First: what is set below is set for the commands that are there.
        Commands.addTo(commandLine, name);
        commandLine
                .setOut(terminal.out())
                .setErr(terminal.err())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(terminal.width());
        Errors errors = new Errors(terminal);
        return commandLine.setExecutionExceptionHandler(errors).setParameterExceptionHandler(errors);
    }

    Terminal terminal() {
        return terminal;
    }
}
