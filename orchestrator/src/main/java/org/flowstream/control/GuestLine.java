package org.flowstream.control;

import java.util.Optional;

/** A line that a middlebox prints on its console: what it says of itself, or what an element printed. */
public sealed interface GuestLine {
    /** It works. */
    record Ready(ReadyLine line) implements GuestLine {}

    /** Its configuration is wrong, and it powers off; another start would end so too. */
    record ConfigurationError(String text) implements GuestLine {}

    /** It broke. */
    record Panic(String text) implements GuestLine {}

    /** It powers off because it was asked to: {@code power-button} or {@code control}. */
    record Stop(String by) implements GuestLine {}

    /** What an element printed, or what is not understood. */
    record Other(String text) implements GuestLine {}

    static GuestLine parse(String line) {
        String text = line.strip();
        int blank = text.indexOf(' ');
        String word = blank < 0 ? text : text.substring(0, blank);
        String rest = blank < 0 ? "" : text.substring(blank + 1);
        return switch (word) {
            case "READY" -> ready(text);
            case "ERROR" -> new ConfigurationError(rest);
            case "PANIC" -> new Panic(rest);
            case "STOP" -> new Stop(rest);
            default -> new Other(text);
        };
    }

    private static GuestLine ready(String text) {
        try {
            Optional<ReadyLine> line = ReadyLine.parse(text);
            return line.isPresent() ? new Ready(line.get()) : new Other(text);
        } catch (IllegalArgumentException | ArithmeticException e) {
            return new Other(text);
        }
    }
}
