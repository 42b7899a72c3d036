package org.flowstream.doctor;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one check found.
 *
 * @param id the check's word, as `doctor --fix` takes it
 * @param severity how bad it is
 * @param text one line: what is there, or what is wrong and what it leads to
 * @param cureOrNull what would help, where something would
 */
public record Finding(
        String id, Severity severity, String text, @Nullable Cure cureOrNull) {

    /** A fault keeps middleboxes from working; a warning costs speed, or may lose packets; a note is for knowing. */
    public enum Severity {
        OK,
        NOTE,
        WARNING,
        FAULT
    }

    public static Finding ok(String id, String text) {
        return new Finding(id, Severity.OK, text, null);
    }

    public static Finding note(String id, String text) {
        return new Finding(id, Severity.NOTE, text, null);
    }

    public static Finding warning(String id, String text, Cure cure) {
        return new Finding(id, Severity.WARNING, text, cure);
    }

    public static Finding fault(String id, String text, Cure cure) {
        return new Finding(id, Severity.FAULT, text, cure);
    }

    public Optional<Cure> cure() {
        return Optional.ofNullable(cureOrNull);
    }
}
