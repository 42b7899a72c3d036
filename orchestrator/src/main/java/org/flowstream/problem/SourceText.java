package org.flowstream.problem;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A text with the name of the file it came from, and the lines of it.
 *
 * <p>Offsets count UTF-16 units from 0. Lines end with LF, CR or CRLF, as Click's do.
 */
public final class SourceText {
    private final String file;
    private final String text;
    private final int[] lineStarts;
    private final List<Mark> marks = new ArrayList<>();

    /** From this physical line on, counted from 0, places are told as of another file or line. */
    private record Mark(int index, String file, int line) {}

    public SourceText(String file, String text) {
        this.file = file;
        this.text = text;
        this.lineStarts = startsOf(text);
    }

    private static int[] startsOf(String text) {
        List<Integer> starts = new ArrayList<>();
        starts.add(0);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean carriageReturnOfPair = c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n';
            if ((c == '\n' || c == '\r') && !carriageReturnOfPair) {
                starts.add(i + 1);
            }
        }
        return starts.stream().mapToInt(Integer::intValue).toArray();
    }

    public String file() {
        return file;
    }

    public String text() {
        return text;
    }

    /**
     * Says that the line behind the one at {@code offset} is line {@code line} of a file, as a line directive does.
     * Directives are given in the order in which they stand.
     */
    public void directive(int offset, int line, String ofFile) {
        int index = lineIndex(offset) + 1;
        if (marks.isEmpty() || marks.get(marks.size() - 1).index < index) {
            marks.add(new Mark(index, ofFile, line));
        }
    }

    /** The place of the character at {@code offset}; the text's end is a place too. */
    public Position position(int offset) {
        int index = lineIndex(offset);
        int column = offset - lineStarts[index] + 1;
        for (int i = marks.size() - 1; i >= 0; i--) {
            Mark mark = marks.get(i);
            if (mark.index <= index) {
                return new Position(mark.file, mark.line + index - mark.index, column);
            }
        }
        return new Position(file, index + 1, column);
    }

    /** The line, from 1, without its end; empty when there is no such line. */
    public String line(int number) {
        if (number < 1 || number > lineStarts.length) {
            return "";
        }
        int end = number < lineStarts.length ? lineStarts[number] : text.length();
        return text.substring(lineStarts[number - 1], end).stripTrailing();
    }

    /** A problem with {@code length} characters from {@code offset} on. */
    public Problem problem(int offset, int length, String message) {
        Position position = position(offset);
        String line = line(lineIndex(offset) + 1);
        int rest = Math.max(1, line.length() - position.column() + 1);
        return new Problem(position, "", message, line, Math.min(length, rest), "", Telling.of(position));
    }

    private int lineIndex(int offset) {
        if (offset < 0 || offset > text.length()) {
            throw new IndexOutOfBoundsException("offset " + offset + " in a text of " + text.length());
        }
        int found = Arrays.binarySearch(lineStarts, offset);
        return found >= 0 ? found : -found - 2;
    }

    @Override
    public String toString() {
        return file + " (" + text.length() + " characters)";
    }
}
