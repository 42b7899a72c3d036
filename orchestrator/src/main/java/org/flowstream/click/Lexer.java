package org.flowstream.click;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.problem.Place;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;

/**
 * Turns a text into tokens, one at a time, with one token of look-ahead.
 *
 * <p>Configuration strings have rules of their own (click(5), Lexical Issues): the parser asks for one when it has seen
 * the left parenthesis.
 */
final class Lexer {
    private static final Map<String, TokenKind> KEYWORDS = Map.of(
            "elementclass", TokenKind.ELEMENTCLASS,
            "require", TokenKind.REQUIRE,
            "provide", TokenKind.PROVIDE,
            "define", TokenKind.DEFINE);

    private static final Map<String, TokenKind> SIGNS = Map.ofEntries(
            Map.entry("->", TokenKind.ARROW),
            Map.entry("=>", TokenKind.DOUBLE_ARROW),
            Map.entry("::", TokenKind.COLONS),
            Map.entry("||", TokenKind.BARS),
            Map.entry("...", TokenKind.DOTS),
            Map.entry("|", TokenKind.BAR),
            Map.entry(",", TokenKind.COMMA),
            Map.entry(";", TokenKind.SEMICOLON),
            Map.entry("(", TokenKind.LEFT_PAREN),
            Map.entry(")", TokenKind.RIGHT_PAREN),
            Map.entry("[", TokenKind.LEFT_BRACKET),
            Map.entry("]", TokenKind.RIGHT_BRACKET),
            Map.entry("{", TokenKind.LEFT_BRACE),
            Map.entry("}", TokenKind.RIGHT_BRACE));

    private static final int LONGEST_SIGN = 3;

    private static final Pattern DIRECTIVE =
            Pattern.compile("#[ \\t]*(?:line[ \\t]+)?([0-9]{1,9})[ \\t]*(?:\"((?:[^\"\\\\\\n\\r]|\\\\.)*)\"?)?");

    private final SourceText source;
    private final String text;
    private final Problems problems;
    private int position;
    private String file;
    private Token next;

    Lexer(SourceText source, Problems problems) {
        this.source = source;
        this.text = source.text();
        this.problems = problems;
        this.file = source.file();
        this.next = read();
    }

    /** The token that {@link #take} will answer. */
    Token peek() {
        return next;
    }

    Token take() {
        Token taken = next;
        next = read();
        return taken;
    }

    /** The token behind the next one. */
    Token peekSecond() {
        int kept = position;
        Token second = read();
        position = kept;
        return second;
    }

    /** The empty place at the text's end. */
    Place end() {
        return new Place(source, text.length(), 0);
    }

    /** Reads no further: the next token is the end. */
    void stop() {
        position = text.length();
        next = read();
    }

    /**
     * The configuration string behind the left parenthesis that is the next token, up to its right parenthesis; both
     * are consumed. Without a right parenthesis it goes to the end of the text, which is reported.
     */
    ConfigText takeConfig() {
        Place left = next.place();
        int start = left.offset() + 1;
        int closing = ConfigStrings.closingParenthesis(text, start);
        int end = closing < 0 ? text.length() : closing;
        position = closing < 0 ? end : end + 1;
        ConfigText config = withoutDirectives(start, end);
        if (closing < 0) {
            problems.add(Told.reading(left, end(), "expected ')'").withHint("this '(' has no matching ')'"));
        }
        next = read();
        return config;
    }

    /** The text between two places; lines in it that are line directives are obeyed and left out. */
    private ConfigText withoutDirectives(int start, int end) {
        Place whole = new Place(source, start, end - start);
        ConfigText.Builder kept = new ConfigText.Builder(whole);
        int from = start;
        int at = start;
        while (at < end) {
            if (text.charAt(at) == '#' && at > start && atLineStart(at)) {
                kept.append(ConfigText.of(new Place(source, from, at - from)));
                directive(at);
                from = Math.min(end, endOfLine(at));
                at = from;
            } else {
                at = ConfigStrings.next(text, at);
            }
        }
        if (from == start) {
            return ConfigText.of(whole);
        }
        return kept.append(ConfigText.of(new Place(source, from, end - from))).build();
    }

    private Token read() {
        skipBlanks();
        int start = position;
        if (start == text.length()) {
            return new Token(TokenKind.END, "", new Place(source, start, 0));
        }
        if (isWord(text.charAt(start))) {
            position = endOfWord(start);
            String word = text.substring(start, position);
            return token(KEYWORDS.getOrDefault(word, TokenKind.IDENTIFIER), word, start);
        }
        if (text.charAt(start) == '$' && start + 1 < text.length() && isVariable(text.charAt(start + 1))) {
            position = start + 1;
            while (position < text.length() && isVariable(text.charAt(position))) {
                position++;
            }
            return token(TokenKind.VARIABLE, text.substring(start + 1, position), start);
        }
        for (int length = LONGEST_SIGN; length > 0; length--) {
            if (start + length <= text.length()) {
                String sign = text.substring(start, start + length);
                TokenKind kind = SIGNS.get(sign);
                if (kind != null) {
                    position = start + length;
                    return token(kind, sign, start);
                }
            }
        }
        position = text.offsetByCodePoints(start, 1);
        return token(TokenKind.OTHER, text.substring(start, position), start);
    }

    private Token token(TokenKind kind, String word, int start) {
        return new Token(kind, word, new Place(source, start, position - start));
    }

    /** Blanks, comments and the lines that begin with a number sign. */
    private void skipBlanks() {
        while (position < text.length()) {
            char c = text.charAt(position);
            if (Character.isWhitespace(c)) {
                position++;
            } else if (text.startsWith("//", position)) {
                position = endOfLine(position);
            } else if (text.startsWith("/*", position)) {
                skipComment();
            } else if (c == '#' && atLineStart()) {
                skipDirective();
            } else {
                return;
            }
        }
    }

    private void skipComment() {
        int end = text.indexOf("*/", position + 2);
        position = end < 0 ? text.length() : end + 2;
    }

    private void skipDirective() {
        int start = position;
        position = endOfLine(position);
        if (start > 0 || !text.startsWith("#!")) {
            directive(start);
        }
    }

    /** Obeys {@code # 7 "file"} or {@code #line 7 "file"}. */
    private void directive(int start) {
        int end = endOfLine(start);
        Matcher matcher = DIRECTIVE.matcher(text).region(start, end);
        if (!matcher.lookingAt()) {
            Place place = new Place(source, start, end - start);
            problems.add(Told.reading(place, place, "unknown preprocessor directive"));
            return;
        }
        String named = matcher.group(2);
        if (named != null) {
            String unquoted = ConfigStrings.unquote(
                            ConfigText.of('"' + named + '"', new Place(source, start, end - start)))
                    .text();
            file = unquoted.isEmpty() ? source.file() : unquoted;
        }
        source.directive(start, Integer.parseInt(matcher.group(1)), file);
    }

    private boolean atLineStart() {
        return atLineStart(position);
    }

    private boolean atLineStart(int offset) {
        return offset == 0 || text.charAt(offset - 1) == '\n' || text.charAt(offset - 1) == '\r';
    }

    private int endOfLine(int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        return end;
    }

    /** A slash belongs to a word when it stands between two of its characters. */
    private int endOfWord(int from) {
        int end = from;
        while (end < text.length()) {
            boolean inner = text.charAt(end) == '/' && end + 1 < text.length() && isWord(text.charAt(end + 1));
            if (!inner && !isWord(text.charAt(end))) {
                break;
            }
            end++;
        }
        return end;
    }

    private static boolean isWord(char c) {
        return isVariable(c) || c == '@';
    }

    static boolean isVariable(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }
}
