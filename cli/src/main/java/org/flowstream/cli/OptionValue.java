package org.flowstream.cli;

import java.util.function.Supplier;
import org.flowstream.problem.BadValueException;

/** What an option's text says. */
final class OptionValue {
    private OptionValue() {}

    /** Parses it; what is wrong with it is a fault of how the command was called, with the option named. */
    static <T> T of(String option, Supplier<T> parsed) {
        try {
            return parsed.get();
        } catch (BadValueException e) {
            throw CommandFailure.usage(option + ": " + e.getMessage());
        }
    }
}
