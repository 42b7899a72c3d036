package org.flowstream.problem;

/**
 * One thing that is wrong in what the user wrote: its place, what was found and what was expected.
 *
 * @param position where the offending text begins
 * @param context what was being done, without a colon, such as {@code While configuring 'filter :: IPFilter'}; may be
 *     empty
 * @param message what was found and what was expected, without a full stop
 * @param sourceLine the whole line of the position, without its end; empty when it is not known
 * @param length how many characters are to be underlined, at least 1
 * @param hint what the user may have meant or may do, such as {@code did you mean 'CheckIPHeader'?}; may be empty
 * @param telling how Click itself tells it
 */
public record Problem(
        Position position,
        String context,
        String message,
        String sourceLine,
        int length,
        String hint,
        Telling telling) {
    public Problem {
        length = Math.max(1, length);
    }

    /** A problem whose text is not at hand. */
    public static Problem of(Position position, String message) {
        return new Problem(position, "", message, "", 1, "", Telling.of(position));
    }

    public Problem withContext(String newContext) {
        return new Problem(position, newContext, message, sourceLine, length, hint, telling);
    }

    public Problem withHint(String newHint) {
        return new Problem(position, context, message, sourceLine, length, newHint, telling);
    }

    public Problem withTelling(Telling newTelling) {
        return new Problem(position, context, message, sourceLine, length, hint, newTelling);
    }

    /** {@code FILE:LINE:COLUMN: MESSAGE (HINT)}, for logs; users see {@link ProblemText}. */
    @Override
    public String toString() {
        return position + ": " + (context.isEmpty() ? "" : context + ": ") + message
                + (hint.isEmpty() ? "" : " (" + hint + ")");
    }
}
