package org.flowstream.cli;

import java.util.List;
import org.flowstream.problem.Problem;
import org.flowstream.problem.ProblemText;
import org.flowstream.problem.ProblemsException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a failed command says, and its exit status: 1 when it failed, 2 when it was called wrongly. */
final class Errors implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private final Terminal terminal;

    Errors(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine line, ParseResult parsed) {
        terminal.out().flush();
        if (failure instanceof CommandFailure known) {
            terminal.err().println("flowstream: " + known.getMessage());
            known.cure().ifPresent(cure -> terminal.err().println("  cure: " + cure));
            return known.exitStatus();
        }
        if (failure instanceof ProblemsException wrong) {
            List<Problem> problems = wrong.problems();
            terminal.err().print(terminal.interactive() ? ProblemText.terminal(problems) : ProblemText.plain(problems));
            terminal.err().println(ProblemText.summary(problems.size()));
            return CommandLine.ExitCode.SOFTWARE;
        }
        terminal.err().println("flowstream: " + describe(failure));
        if (System.getenv("FLOWSTREAM_TRACE") != null) {
            failure.printStackTrace(terminal.err());
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    @Override
    public int handleParseException(ParameterException failure, String[] args) {
        CommandLine line = failure.getCommandLine();
        String name = line.getCommandSpec().qualifiedName();
        terminal.err().println(name + ": " + failure.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(failure, terminal.err())) {
            terminal.err().println("Try '" + name + " --help'.");
        }
        return CommandLine.ExitCode.USAGE;
    }

    /** What went wrong, in one line. */
    private static String describe(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getName() : message;
    }
}
