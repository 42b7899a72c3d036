package org.flowstream.lowering;

import java.util.Optional;
import java.util.function.Function;
import org.flowstream.click.ConfigStrings;
import org.flowstream.problem.BadValueException;

/** What all types share whose text is read by a value's own {@code parse}. */
final class Parsing {
    private Parsing() {}

    /** The value that {@code read} makes; what it refuses is reported. */
    static Optional<Value> of(Given given, Function<String, Value> read) {
        try {
            return Optional.of(read.apply(ConfigStrings.unquote(given.text()).text()));
        } catch (BadValueException e) {
            given.refuse("parse error", Optional.ofNullable(e.getMessage()).orElse(""));
            return Optional.empty();
        }
    }
}
