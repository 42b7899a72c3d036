package org.flowstream.problem;

import java.util.Objects;

/** A text that is not a value of its type. The message names the text and what was expected. */
public final class BadValueException extends IllegalArgumentException {
    private BadValueException(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage(), "a message is always given");
    }

    /** Of a text and what it should have been: {@code 'x': expected an IPv4 address such as 192.0.2.1}. */
    public static BadValueException expected(String found, String expected) {
        return new BadValueException("'" + found + "': expected " + expected);
    }

    /** Of a whole sentence that names the offending text itself. */
    public static BadValueException of(String message) {
        return new BadValueException(message);
    }
}
