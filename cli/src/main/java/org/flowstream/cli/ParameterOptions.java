package org.flowstream.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.flowstream.problem.Problems;
import org.flowstream.template.Assignment;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that set a template's parameters. */
final class ParameterOptions {
    @Option(
            names = "-p",
            paramLabel = "NAME=VALUE",
            description = "Set a parameter; NAME=@FILE takes the value from a file, a list's items one to a line."
                    + " Several -p of one list make one list.")
    private List<String> set = List.of();

    @Option(
            names = "--parameters",
            paramLabel = "FILE",
            description = "Set parameters by a JSON object, {\"NAME\": VALUE, ...}; -p wins over it.")
    private @Nullable Path file;

    /** What is set; what is wrong with how it is written is added to the problems. */
    List<Assignment> assignments(Problems problems) {
        return Assignment.of(Optional.ofNullable(file), set, problems);
    }
}
