package org.flowstream.click;

import java.util.Map;
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

    private final SourceText source;
    private final String text;
    private final Problems problems;
    private int position;
    private Token next;

    Lexer(SourceText source, Problems problems) {
        this.source = source;
        this.text = source.text();
        this.problems = problems;
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

    /** Whether a variable stands behind the next token: so begins a compound element's formal argument. */
    boolean isVariableBehindNext() {
        int at = position;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length() && text.charAt(at) == '$';
    }

    /**
     * The configuration string behind the left parenthesis that is the next token, up to its right parenthesis; both
     * are consumed.
     *
     * @throws SyntaxException when there is no such parenthesis
     */
    ConfigText takeConfig() {
        Place left = next.place();
        int start = left.offset() + 1;
        int end = ConfigStrings.closingParenthesis(text, start);
        if (end < 0) {
            // What follows is most likely not configuration: the statement ends where the next semicolon is.
            int semicolon = text.indexOf(';', start);
            position = semicolon < 0 ? text.length() : semicolon;
            next = read();
            throw new SyntaxException(left.problem("this '(' has no matching ')'"));
        }
        position = end + 1;
        next = read();
        return ConfigText.of(new Place(source, start, end - start));
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
        if (text.charAt(start) == '$') {
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
        if (end < 0) {
            problems.add(source.problem(position, 2, "this '/*' has no matching '*/'"));
        }
        position = end < 0 ? text.length() : end + 2;
    }

    private void skipDirective() {
        int end = endOfLine(position);
        boolean interpreter = position == 0 && text.startsWith("#!");
        if (!interpreter) {
            problems.add(source.problem(position, end - position, "line directives ('#') are not yet supported"));
        }
        position = end;
    }

    private boolean atLineStart() {
        return position == 0 || text.charAt(position - 1) == '\n' || text.charAt(position - 1) == '\r';
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
