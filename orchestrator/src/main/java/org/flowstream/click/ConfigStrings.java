package org.flowstream.click;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The rules of configuration strings (click(5), Configuration Strings, as Click 2.1 does them): quotes, comments,
 * commas and backslashes.
 */
public final class ConfigStrings {
    private static final char NO_QUOTE = 0;
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_./:@-]+");

    private ConfigStrings() {}

    /** Where the right parenthesis stands that ends the string beginning at {@code from}; -1 when there is none. */
    static int closingParenthesis(String text, int from) {
        int depth = 1;
        int at = from;
        while (at < text.length()) {
            switch (text.charAt(at)) {
                case '(' -> depth++;
                case ')' -> {
                    depth--;
                    if (depth == 0) {
                        return at;
                    }
                }
                case '"', '\'' -> at = endOfQuote(text, at) - 1;
                case '\\' -> at = endOfHex(text, at) - 1;
                case '/' -> at = endOfComment(text, at) - 1;
                default -> {}
            }
            at++;
        }
        return -1;
    }

    /** Behind the character, quote, comment or hexadecimal sequence at {@code at}. */
    static int next(String text, int at) {
        return switch (text.charAt(at)) {
            case '"', '\'' -> endOfQuote(text, at);
            case '\\' -> endOfHex(text, at);
            case '/' -> endOfComment(text, at);
            default -> at + 1;
        };
    }

    /**
     * The arguments of a configuration string: split at the commas outside quotes, with comments replaced by a blank
     * and blanks at the ends removed. Quotes stay. A string of blanks has no arguments, and a last comma adds none.
     */
    public static List<ConfigText> arguments(ConfigText config) {
        List<ConfigText> arguments = new ArrayList<>();
        String text = config.text();
        ConfigText.Builder argument = new ConfigText.Builder(config.place());
        int kept = 0;
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ',') {
                arguments.add(argument.append(config, kept, at).build().trim());
                argument = new ConfigText.Builder(config.place());
                at++;
                kept = at;
            } else if (c == '/' && endOfComment(text, at) > at + 1) {
                argument.append(config, kept, at).append(' ', config, at);
                at = endOfComment(text, at);
                kept = at;
            } else if (c == '"' || c == '\'') {
                at = endOfQuote(text, at);
            } else {
                at = c == '\\' ? endOfHex(text, at) : at + 1;
            }
        }
        ConfigText last = argument.append(config, kept, at).build().trim();
        if (!last.isEmpty()) {
            arguments.add(last);
        }
        return List.copyOf(arguments);
    }

    /** The words of an argument: split at blanks outside quotes. */
    public static List<ConfigText> words(ConfigText argument) {
        List<ConfigText> words = new ArrayList<>();
        String text = argument.text();
        int at = 0;
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
            } else {
                int start = at;
                at = endOfBareWord(text, at);
                words.add(argument.substring(start, at));
            }
        }
        return List.copyOf(words);
    }

    private static int endOfBareWord(String text, int from) {
        int at = from;
        while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
            char c = text.charAt(at);
            at = c == '"' || c == '\'' ? endOfQuote(text, at) : c == '\\' ? endOfHex(text, at) : at + 1;
        }
        return at;
    }

    /** The text with its quotes taken away and its escapes done; a byte made by an escape is the character so numbered. */
    public static ConfigText unquote(ConfigText quoted) {
        if (quoted.text().chars().noneMatch(c -> c == '"' || c == '\'' || c == '\\')) {
            return quoted;
        }
        ConfigText.Builder out = new ConfigText.Builder(quoted.place());
        out.append(quoted, 0, 0);
        unquote(quoted.text(), new Sink() {
            @Override
            public void plain(int from, int to) {
                out.append(quoted, from, to);
            }

            @Override
            public void made(int value, int index) {
                out.append((char) value, quoted, index);
            }
        });
        return out.build();
    }

    /** The same as bytes: characters as UTF-8, and those made by escapes as they are. */
    public static byte[] unquoteBytes(ConfigText quoted) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        unquote(quoted.text(), new Sink() {
            @Override
            public void plain(int from, int to) {
                out.writeBytes(quoted.text().substring(from, to).getBytes(StandardCharsets.UTF_8));
            }

            @Override
            public void made(int value, int index) {
                out.write(value);
            }
        });
        return out.toByteArray();
    }

    /** A text as a Click string that means just it, whatever it holds. */
    public static String quote(String plain) {
        StringBuilder out = new StringBuilder("\"");
        plain.chars().forEach(c -> {
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '"' -> out.append("\\\"");
                case '$' -> out.append("\\$");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                default -> out.append((char) c);
            }
        });
        return out.append('"').toString();
    }

    /** The text as it is when it is one plain word, else quoted. */
    static String quoteWhereNeeded(String plain) {
        return WORD.matcher(plain).matches() ? plain : quote(plain);
    }

    /** Where unquoted text goes, part by part. */
    private interface Sink {
        void plain(int from, int to);

        void made(int value, int index);
    }

    private static void unquote(String text, Sink sink) {
        char quote = NO_QUOTE;
        int kept = 0;
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            boolean opens = quote == NO_QUOTE && (c == '"' || c == '\'');
            if (opens || (quote != NO_QUOTE && c == quote)) {
                sendPlain(sink, kept, at);
                quote = opens ? c : NO_QUOTE;
                at++;
                kept = at;
            } else if (c == '\\'
                    && at + 1 < text.length()
                    && (quote == '"' || (quote == NO_QUOTE && text.charAt(at + 1) == '<'))) {
                sendPlain(sink, kept, at);
                at = Escapes.read(text, at, sink::made);
                kept = at;
            } else {
                at++;
            }
        }
        sendPlain(sink, kept, at);
    }

    private static void sendPlain(Sink sink, int from, int to) {
        if (from < to) {
            sink.plain(from, to);
        }
    }

    /** Behind the quote that matches the one at {@code from}; the text's end when there is none. */
    static int endOfQuote(String text, int from) {
        char quote = text.charAt(from);
        int at = from + 1;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == quote) {
                return at + 1;
            }
            if (c == '\\' && quote == '"' && at + 1 < text.length()) {
                at = text.charAt(at + 1) == '<' ? endOfHex(text, at) : at + 2;
            } else {
                at++;
            }
        }
        return text.length();
    }

    /** Behind the {@code \<...>} at {@code from}; the next character when the backslash begins no such thing. */
    static int endOfHex(String text, int from) {
        if (!text.startsWith("\\<", from)) {
            return from + 1;
        }
        int at = from + 2;
        while (at < text.length() && text.charAt(at) != '>') {
            at = endOfComment(text, at);
        }
        return Math.min(at + 1, text.length());
    }

    /** Behind the comment at {@code from}, its line's end not included; the next character when there is none. */
    static int endOfComment(String text, int from) {
        if (text.startsWith("/*", from)) {
            int end = text.indexOf("*/", from + 2);
            return end < 0 ? text.length() : end + 2;
        }
        if (text.startsWith("//", from)) {
            int end = from + 2;
            while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
                end++;
            }
            return end;
        }
        return from + 1;
    }
}
