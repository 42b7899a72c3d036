package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.flowstream.problem.BadValueException;

/** What a device is wired to: an external port, or a device of another middlebox of the same chain. */
public sealed interface WireEnd {
    /** An external port; written as its name. */
    record ToPort(PortName port) implements WireEnd {
        @Override
        public String toString() {
            return port.toString();
        }
    }

    /** A device of another middlebox; written {@code MIDDLEBOX/DEVICE}. */
    record ToDevice(Name middlebox, String device) implements WireEnd {
        @Override
        public String toString() {
            return middlebox + "/" + device;
        }
    }

    /** Nothing: of a machine that waits in a pool; written {@code -}. */
    record Nowhere() implements WireEnd {
        @Override
        public String toString() {
            return NOWHERE;
        }
    }

    /** How {@link Nowhere} is written. */
    String NOWHERE = "-";

    /** From {@code PORT}, {@code MIDDLEBOX/DEVICE} or {@code -}. */
    @JsonCreator
    static WireEnd parse(String text) {
        if (text.equals(NOWHERE)) {
            return new Nowhere();
        }
        int slash = text.indexOf('/');
        if (slash < 0) {
            return new ToPort(PortName.parse(text));
        }
        if (slash == text.length() - 1) {
            throw BadValueException.expected(text, "PORT or MIDDLEBOX/DEVICE");
        }
        return new ToDevice(Name.parse(text.substring(0, slash)), text.substring(slash + 1));
    }

    /** The text that {@link #parse} takes back. */
    @JsonValue
    default String text() {
        return toString();
    }
}
