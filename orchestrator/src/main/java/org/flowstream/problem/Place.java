package org.flowstream.problem;

/**
 * A stretch of a source text.
 *
 * @param source the text
 * @param offset where it begins, in UTF-16 units from 0
 * @param length how many units it has; 0 is a place between two characters
 */
public record Place(SourceText source, int offset, int length) {
    public Position position() {
        return source.position(offset);
    }

    public String text() {
        return source.text().substring(offset, offset + length);
    }

    /** From the beginning of this one to the end of another one in the same text. */
    public Place to(Place end) {
        return new Place(source, offset, end.offset + end.length - offset);
    }

    public Problem problem(String message) {
        return source.problem(offset, length, message);
    }

    /** {@code FILE:LINE:COLUMN}. */
    @Override
    public String toString() {
        return position().toString();
    }
}
