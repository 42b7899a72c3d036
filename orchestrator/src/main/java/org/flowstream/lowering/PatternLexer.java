package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.flowstream.click.ConfigText;

/** Parts a pattern into words and signs. */
final class PatternLexer {
    /** A word or sign and where it stands in the pattern. */
    record Token(String text, int from, int to) {}

    private static final Set<String> PAIRS = Set.of("&&", "||", "<=", ">=", "!=", "==");
    private static final String IN_WORDS = "-./@_:";

    private PatternLexer() {}

    static List<Token> tokens(ConfigText pattern) {
        List<Token> tokens = new ArrayList<>();
        String text = pattern.text();
        int at = 0;
        while (at < text.length()) {
            int start = at;
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
                continue;
            }
            if (isWord(text.charAt(at))) {
                while (at < text.length() && isWord(text.charAt(at))) {
                    at++;
                }
            } else {
                boolean pair = at + 1 < text.length() && PAIRS.contains(text.substring(at, at + 2));
                at += pair ? 2 : 1;
            }
            tokens.add(new Token(text.substring(start, at), start, at));
        }
        return tokens;
    }

    private static boolean isWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || IN_WORDS.indexOf(c) >= 0;
    }
}
