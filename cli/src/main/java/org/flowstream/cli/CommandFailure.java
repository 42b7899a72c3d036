package org.flowstream.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;

/** The reason why a command did not do what it says: one line, and the cure where one is known. */
final class CommandFailure extends RuntimeException {
    private final @Nullable String cure;
    private final int exitStatus;

    CommandFailure(String message) {
        this(message, null, ExitCode.SOFTWARE);
    }

    CommandFailure(String message, String cure) {
        this(message, cure, ExitCode.SOFTWARE);
    }

    CommandFailure(String message, @Nullable String cure, int exitStatus) {
        super(message);
        this.cure = cure;
        this.exitStatus = exitStatus;
    }

    /** A failure that lies in how the command was called. */
    static CommandFailure usage(String message) {
        return new CommandFailure(message, null, ExitCode.USAGE);
    }

    Optional<String> cure() {
        return Optional.ofNullable(cure);
    }

    int exitStatus() {
        return exitStatus;
    }
}
