package org.flowstream.click;

/** The backslash sequences of Click's strings: C's, and {@code \<hex digits>}. */
final class Escapes {
    private static final String LETTERS = "abtnvfr";
    private static final String MEANINGS = "\u0007\b\t\n\u000b\f\r";

    private Escapes() {}

    /** Takes the characters made by a sequence. */
    interface Made {
        void accept(int value, int index);
    }

    /** Reads the sequence whose backslash stands at {@code from} and is not the last character; answers its end. */
    static int read(String text, int from, Made made) {
        char c = text.charAt(from + 1);
        if (c == '<') {
            return readHex(text, from, made);
        }
        if (c == '\r' && text.startsWith("\n", from + 2)) {
            return from + 3;
        }
        if (c == '\n' || c == '\r') {
            return from + 2;
        }
        if (c >= '0' && c <= '7') {
            return readOctal(text, from, made);
        }
        if (c == 'x' && from + 2 < text.length() && digit(text.charAt(from + 2)) >= 0) {
            return readLongHex(text, from, made);
        }
        int letter = LETTERS.indexOf(c);
        made.accept(letter < 0 ? c : MEANINGS.charAt(letter), from);
        return from + 2;
    }

    private static int readHex(String text, int from, Made made) {
        int end = ConfigStrings.endOfHex(text, from);
        int stop = text.charAt(end - 1) == '>' && end > from + 2 ? end - 1 : end;
        int high = -1;
        int next;
        for (int at = from + 2; at < stop; at = next) {
            next = ConfigStrings.endOfComment(text, at);
            int digit = next == at + 1 ? digit(text.charAt(at)) : -1;
            if (digit >= 0 && high >= 0) {
                made.accept(high * 16 + digit, at);
                high = -1;
            } else if (digit >= 0) {
                high = digit;
            }
        }
        return end;
    }

    private static int readOctal(String text, int from, Made made) {
        int value = 0;
        int at = from + 1;
        while (at < text.length() && at < from + 4 && text.charAt(at) >= '0' && text.charAt(at) <= '7') {
            value = value * 8 + text.charAt(at) - '0';
            at++;
        }
        made.accept(value & 0xff, from);
        return at;
    }

    private static int readLongHex(String text, int from, Made made) {
        int value = 0;
        int at = from + 2;
        while (at < text.length() && digit(text.charAt(at)) >= 0) {
            value = (value * 16 + digit(text.charAt(at))) & 0xff;
            at++;
        }
        made.accept(value, from);
        return at;
    }

    private static int digit(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }
}
