package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.flowstream.click.ConfigText;
import org.flowstream.lowering.PatternLexer.Token;

/**
 * Reads Click's pattern language (IPClassifier's manual page) into a condition.
 *
 * <pre>
 * expression: either [? expression : expression]
 * either:     both {or both}
 * both:       factor {[and] factor}
 * factor:     not factor | ( expression ) | true | false | primitive
 * </pre>
 *
 * <p>A primitive may leave out what the one before it said: {@code src port 80 or 81}.
 */
final class PatternParser {
    private static final int DEEPEST = 100;
    private static final Set<String> EVERYTHING = Set.of("-", "any", "all");
    private static final Set<String> ENDS = Set.of(")", "||", "or", "?", ":");

    private final AddressFamily family;
    private final ConfigText pattern;
    private final List<Token> tokens;
    private final Reporter reporter;
    private Primitive previous = new Primitive();
    private int at;
    private int depth;

    /** A pattern cannot be read further; the reason was reported. */
    static final class BadPattern extends RuntimeException {
        BadPattern() {
            super(null, null, false, false);
        }
    }

    private PatternParser(AddressFamily family, ConfigText pattern, List<Token> tokens, Reporter reporter) {
        this.family = family;
        this.pattern = pattern;
        this.tokens = tokens;
        this.reporter = reporter;
    }

    /** The condition of a pattern without quotes; {@link Condition#FALSE} when it is wrong, which is reported. */
    static Condition parse(AddressFamily family, ConfigText pattern, Reporter reporter) {
        List<Token> tokens = PatternLexer.tokens(pattern);
        if (tokens.isEmpty()) {
            return Condition.TRUE;
        }
        if (tokens.size() == 1 && EVERYTHING.contains(tokens.get(0).text())) {
            return Condition.TRUE;
        }
        PatternParser parser = new PatternParser(family, pattern, tokens, reporter);
        try {
            Condition condition = parser.expression();
            if (!parser.ended()) {
                throw parser.bad(parser.at, "found '" + parser.word() + "', expected 'and', 'or' or the end");
            }
            return condition;
        } catch (BadPattern e) {
            return Condition.FALSE;
        }
    }

    private Condition expression() {
        Condition first = either();
        if (!isNext("?")) {
            return first;
        }
        at++;
        Condition whenTrue = expression();
        if (!isNext(":")) {
            throw bad(at, "expected ':' with blanks around it, for the '?' before");
        }
        at++;
        Condition whenFalse = expression();
        return Condition.any(Condition.all(first, whenTrue), Condition.all(new Condition.Not(first), whenFalse));
    }

    private Condition either() {
        List<Condition> parts = new ArrayList<>();
        parts.add(both());
        while (isNext("or") || isNext("||")) {
            at++;
            parts.add(both());
        }
        return parts.size() == 1 ? parts.get(0) : new Condition.Any(parts);
    }

    private Condition both() {
        List<Condition> parts = new ArrayList<>();
        parts.add(factor());
        while (!ended() && !ENDS.contains(word())) {
            if (isNext("and") || isNext("&&")) {
                at++;
            }
            parts.add(factor());
        }
        return parts.size() == 1 ? parts.get(0) : new Condition.All(parts);
    }

    private Condition factor() {
        if (ended() || ENDS.contains(word())) {
            throw bad(
                    at,
                    ended() ? "the pattern ends where a term is expected" : "found '" + word() + "', expected a term");
        }
        switch (word()) {
            case "not", "!" -> {
                at++;
                deeper();
                Condition negated = new Condition.Not(factor());
                depth--;
                return negated;
            }
            case "(" -> {
                return parenthesis();
            }
            case "true" -> {
                at++;
                return Condition.TRUE;
            }
            case "false" -> {
                at++;
                return Condition.FALSE;
            }
            default -> {
                PrimitiveParser parser = new PrimitiveParser(family, pattern, tokens, at, previous, reporter);
                Condition condition = parser.parse();
                previous = parser.primitive();
                at = parser.end();
                return condition;
            }
        }
    }

    /** Whether a word stands between primitives. */
    static boolean isConnective(String word) {
        return ENDS.contains(word) || word.equals("and") || word.equals("&&") || word.equals("(");
    }

    private Condition parenthesis() {
        int open = at;
        at++;
        deeper();
        Condition inner = expression();
        depth--;
        if (!isNext(")")) {
            throw bad(open, "this '(' has no matching ')'");
        }
        at++;
        return inner;
    }

    private void deeper() {
        depth++;
        if (depth > DEEPEST) {
            throw bad(at, "more than " + DEEPEST + " levels");
        }
    }

    private boolean ended() {
        return at >= tokens.size();
    }

    private String word() {
        return tokens.get(at).text();
    }

    private boolean isNext(String text) {
        return !ended() && word().equals(text);
    }

    private BadPattern bad(int token, String message) {
        if (token < tokens.size()) {
            reporter.report(pattern, tokens.get(token).from(), tokens.get(token).to(), message);
        } else {
            Token last = tokens.get(tokens.size() - 1);
            reporter.report(pattern, last.from(), last.to(), message);
        }
        return new BadPattern();
    }
}
