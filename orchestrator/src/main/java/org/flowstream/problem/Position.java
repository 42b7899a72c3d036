package org.flowstream.problem;

/**
 * A place in a text that the user wrote.
 *
 * @param file the file's name as the user gave it, or a word such as {@code config} for a text without a file
 * @param line the line, from 1; 0 when only the file is known
 * @param column the character in the line, from 1; 0 when only the line is known
 */
public record Position(String file, int line, int column) implements Comparable<Position> {
    public Position {
        if (line < 0 || column < 0 || (line == 0 && column > 0)) {
            throw new IllegalArgumentException("line " + line + ", column " + column + " is no place in a text");
        }
    }

    public static Position of(String file) {
        return new Position(file, 0, 0);
    }

    public static Position of(String file, int line) {
        return new Position(file, line, 0);
    }

    /** The same place without its column, as Click writes places: {@code FILE:LINE}. */
    public String landmark() {
        return line == 0 ? file : file + ":" + line;
    }

    @Override
    public int compareTo(Position other) {
        int byFile = file.compareTo(other.file);
        if (byFile != 0) {
            return byFile;
        }
        return line != other.line ? Integer.compare(line, other.line) : Integer.compare(column, other.column);
    }

    /** {@code FILE:LINE:COLUMN}, as far as it is known. */
    @Override
    public String toString() {
        return column == 0 ? landmark() : landmark() + ":" + column;
    }
}
