package org.flowstream.click;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.problem.Place;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;

/**
 * Reads the Click language into a syntax tree.
 *
 * <p>What does not parse is reported and passed over in the way in which Click's own parser does it, so that one run names
 * the mistakes of all statements, each in Click's words.
 */
public final class ClickParser {
    /** Click's own bound. */
    private static final int DEEPEST = 50;
    /** With more problems than these the text is most likely no configuration. */
    static final int MOST_PROBLEMS = 1000;

    static final String GIVEN_UP = "too many problems; the rest is not looked at";

    /** What statements stand in. */
    private enum Around {
        FILE,
        COMPOUND,
        GROUP
    }

    private final Lexer lexer;
    private final Problems problems;
    private final int before;
    private int depth;

    private ClickParser(SourceText source, Problems problems) {
        this.before = problems.count();
        this.lexer = new Lexer(source, problems);
        this.problems = problems;
    }

    /** The tree of a text; what is wrong with the text goes to {@code problems}. */
    public static Configuration parse(SourceText source, Problems problems) {
        ClickParser parser = new ClickParser(source, problems);
        List<Statement> statements = new ArrayList<>();
        parser.statements(statements, Around.FILE);
        return new Configuration(source, statements, problems.count() == parser.before);
    }

    /** Statements up to the end of the text, of the compound element or of the group. */
    private void statements(List<Statement> into, Around around) {
        while (true) {
            Token token = lexer.peek();
            if (problems.count() - before > MOST_PROBLEMS) {
                add(token, GIVEN_UP);
                lexer.stop();
                return;
            }
            switch (token.kind()) {
                case SEMICOLON -> lexer.take();
                case ELEMENTCLASS -> elementClass().ifPresent(into::add);
                case DEFINE, REQUIRE, PROVIDE -> directive().ifPresent(into::add);
                case IDENTIFIER, LEFT_BRACKET, LEFT_BRACE, LEFT_PAREN, ARROW, DOUBLE_ARROW ->
                    into.add(chain(around != Around.FILE));
                case END -> {
                    return;
                }
                case RIGHT_BRACE, BARS -> {
                    if (around == Around.COMPOUND) {
                        return;
                    }
                    unexpected(token);
                    if (around == Around.GROUP) {
                        return;
                    }
                    lexer.take();
                }
                case RIGHT_PAREN -> {
                    if (around == Around.GROUP) {
                        return;
                    }
                    unexpected(lexer.take());
                }
                default -> unexpected(lexer.take());
            }
        }
    }

    private Optional<Statement> elementClass() {
        Token keyword = lexer.take();
        Token name = lexer.peek();
        if (name.is(TokenKind.IDENTIFIER)) {
            lexer.take();
        } else {
            add(name, "expected element type name");
        }
        String named = name.is(TokenKind.IDENTIFIER) ? name.text() : "";
        Token token = lexer.peek();
        Term definition;
        if (token.is(TokenKind.LEFT_BRACE)) {
            definition = compound();
        } else if (token.is(TokenKind.IDENTIFIER)) {
            lexer.take();
            definition = new Term.Name(token.text(), token.place());
        } else {
            unexpected(lexer.take());
            return Optional.empty();
        }
        return Optional.of(new Statement.ElementClass(
                named, name.place(), definition, keyword.place().to(definition.place())));
    }

    private Optional<Statement> directive() {
        Token keyword = lexer.take();
        if (!lexer.peek().is(TokenKind.LEFT_PAREN)) {
            add(lexer.peek(), "expected '('");
            return Optional.empty();
        }
        ConfigText config = lexer.takeConfig();
        return Optional.of(
                switch (keyword.kind()) {
                    case DEFINE -> new Statement.Define(config, keyword.place());
                    case REQUIRE -> new Statement.Require(config, keyword.place());
                    default -> new Statement.Provide(config, keyword.place());
                });
    }

    private Statement chain(boolean nested) {
        List<Stage> stages = new ArrayList<>();
        Place start = lexer.peek().place();
        Place arrow = start;
        boolean parallel = false;
        while (true) {
            List<Endpoint> endpoints = endpoints(stages.isEmpty(), nested);
            if (endpoints.isEmpty()) {
                break;
            }
            stages.add(new Stage(endpoints, parallel, arrow, lexer.peek().place()));
            Token connector = connector();
            if (!connector.is(TokenKind.ARROW) && !connector.is(TokenKind.DOUBLE_ARROW)) {
                break;
            }
            arrow = lexer.take().place();
            parallel = connector.is(TokenKind.DOUBLE_ARROW);
        }
        return new Statement.Chain(stages, start.to(arrow));
    }

    /** The next token when it may follow a stage; what may not is reported and passed over. */
    private Token connector() {
        while (true) {
            Token token = lexer.peek();
            switch (token.kind()) {
                case COMMA, COLONS -> unexpected(lexer.take());
                case VARIABLE, DOTS, LEFT_PAREN, RIGHT_BRACKET, BAR, OTHER -> {
                    unexpected(token);
                    return token.kind().isNamed() ? token : lexer.take();
                }
                default -> {
                    return token;
                }
            }
        }
    }

    private List<Endpoint> endpoints(boolean first, boolean nested) {
        List<Endpoint> endpoints = new ArrayList<>();
        boolean implicit = false;
        do {
            if (!endpoints.isEmpty()) {
                lexer.take();
            }
            Optional<Endpoint> endpoint = endpoint(first, nested, endpoints.isEmpty());
            if (endpoint.isEmpty()) {
                break;
            }
            implicit |= endpoint.get().term() instanceof Term.Implicit;
            endpoints.add(endpoint.get());
        } while (lexer.peek().is(TokenKind.COMMA));
        Token next = lexer.peek();
        if (implicit && !first && (next.is(TokenKind.ARROW) || next.is(TokenKind.DOUBLE_ARROW))) {
            add(next, "implicit ports used in the middle of a chain");
        }
        return endpoints;
    }

    /** One element; empty when there is none, which is reported. */
    private Optional<Endpoint> endpoint(boolean first, boolean nested, boolean atStart) {
        Place start = lexer.peek().place();
        Endpoint.Ports inputs = ports();
        Token token = lexer.peek();
        Term term;
        switch (token.kind()) {
            case IDENTIFIER -> {
                lexer.take();
                term = new Term.Name(token.text(), token.place());
            }
            case LEFT_BRACE -> term = compound();
            case LEFT_PAREN -> term = group();
            default -> {
                if (nested && isImplicit(token, first, !inputs.isNone() || atStart, !inputs.isNone())) {
                    Term implicit = new Term.Implicit(start);
                    return Optional.of(new Endpoint(
                            first ? Endpoint.Ports.NONE : inputs,
                            implicit,
                            Optional.empty(),
                            Optional.empty(),
                            first ? inputs : Endpoint.Ports.NONE,
                            start));
                }
                if (!inputs.isNone()) {
                    add(token, "stranded port ignored");
                }
                if (atStart && !(nested && first)) {
                    unexpected(token);
                }
                if (!(atStart && nested && first)) {
                    lexer.take();
                }
                return Optional.empty();
            }
        }
        Optional<Term> declared = declaration(term);
        Optional<ConfigText> config =
                lexer.peek().is(TokenKind.LEFT_PAREN) ? Optional.of(lexer.takeConfig()) : Optional.empty();
        Place end = config.map(ConfigText::place)
                .orElseGet(() -> declared.map(Term::place).orElse(term.place()));
        return Optional.of(new Endpoint(inputs, term, declared, config, ports(), start.to(end)));
    }

    /** Whether an endpoint without a name ends before this token. */
    private static boolean isImplicit(Token token, boolean first, boolean plain, boolean ports) {
        return switch (token.kind()) {
            case ARROW, DOUBLE_ARROW -> first && plain;
            case COMMA -> ports;
            case COLONS -> false;
            default -> !first && plain;
        };
    }

    private Optional<Term> declaration(Term declared) {
        if (!lexer.peek().is(TokenKind.COLONS)) {
            return Optional.empty();
        }
        lexer.take();
        Token type = lexer.peek();
        if (type.is(TokenKind.LEFT_BRACE)) {
            return Optional.of(compound());
        }
        if (type.is(TokenKind.IDENTIFIER)) {
            lexer.take();
            return Optional.of(new Term.Name(type.text(), type.place()));
        }
        add(type, "missing element type in declaration");
        return Optional.of(new Term.Name(declared instanceof Term.Name name ? name.name() : "", type.place()));
    }

    private Term group() {
        Token open = lexer.take();
        List<Statement> statements = new ArrayList<>();
        if (enter("maximum element group nesting depth exceeded")) {
            statements(statements, Around.GROUP);
        }
        depth--;
        Token close = lexer.peek();
        if (close.is(TokenKind.RIGHT_PAREN)) {
            lexer.take();
        } else if (close.is(TokenKind.END)) {
            add(close, "expected ')'");
        }
        return new Term.Group(statements, open.place().to(close.place()));
    }

    private Term compound() {
        Token open = lexer.take();
        List<Term.Variant> variants = new ArrayList<>();
        boolean extending = false;
        if (enter("maximum compound element nesting depth exceeded")) {
            variants.add(variant());
            while (!extending && lexer.peek().is(TokenKind.BARS)) {
                lexer.take();
                extending = lexer.peek().is(TokenKind.DOTS);
                if (extending) {
                    lexer.take();
                } else {
                    variants.add(variant());
                }
            }
        }
        depth--;
        Token close = lexer.peek();
        if (close.is(TokenKind.RIGHT_BRACE)) {
            lexer.take();
        } else if (close.is(TokenKind.END)) {
            add(close, "expected '}'");
        } else {
            add(close, "'...' should occur last, after one or more compounds");
        }
        return new Term.Compound(variants, extending, open.place().to(close.place()));
    }

    /** One level deeper; when that is too deep, the text is read no further. */
    private boolean enter(String complaint) {
        depth++;
        if (depth == DEEPEST) {
            add(lexer.peek(), complaint);
            lexer.stop();
        }
        return depth < DEEPEST;
    }

    private Term.Variant variant() {
        Place start = lexer.peek().place();
        List<Term.Formal> formals = formals();
        List<Statement> statements = new ArrayList<>();
        statements(statements, Around.COMPOUND);
        return new Term.Variant(formals, statements, start);
    }

    /** {@code $a, KEYWORD $b |}, or nothing. */
    private List<Term.Formal> formals() {
        List<Term.Formal> formals = new ArrayList<>();
        while (true) {
            Token token = lexer.peek();
            String keyword = "";
            if (token.is(TokenKind.IDENTIFIER) && lexer.peekSecond().is(TokenKind.VARIABLE)) {
                keyword = lexer.take().text();
            } else if (token.is(TokenKind.BAR)) {
                lexer.take();
                return formals;
            } else if (!token.is(TokenKind.VARIABLE)) {
                if (!formals.isEmpty()) {
                    add(token, "expected variable");
                }
                return formals;
            }
            Token variable = lexer.take();
            formals.add(new Term.Formal(keyword, variable.text(), variable.place()));
            Token separator = lexer.peek();
            if (separator.is(TokenKind.BAR) || separator.is(TokenKind.COMMA)) {
                lexer.take();
            } else {
                add(separator, "expected ',' or '|'");
            }
            if (!separator.is(TokenKind.COMMA)) {
                return formals;
            }
        }
    }

    private Endpoint.Ports ports() {
        if (!lexer.peek().is(TokenKind.LEFT_BRACKET)) {
            return Endpoint.Ports.NONE;
        }
        lexer.take();
        List<Integer> numbers = new ArrayList<>();
        while (true) {
            Token token = lexer.peek();
            if (token.is(TokenKind.RIGHT_BRACKET)) {
                lexer.take();
                return new Endpoint.Ports(numbers.isEmpty() ? List.of(0) : numbers, true);
            }
            if (!token.is(TokenKind.IDENTIFIER)) {
                add(token, "syntax error: expected port number");
                return new Endpoint.Ports(numbers, false);
            }
            numbers.add(port(lexer.take()));
            Token separator = lexer.peek();
            if (separator.is(TokenKind.RIGHT_BRACKET)) {
                lexer.take();
                return new Endpoint.Ports(numbers, false);
            }
            if (separator.is(TokenKind.COMMA)) {
                lexer.take();
            } else {
                add(separator, "syntax error: expected ','");
            }
        }
    }

    private int port(Token token) {
        if (token.text().matches("[0-9]{1,4}")) {
            return Integer.parseInt(token.text());
        }
        add(token, "syntax error: port number should be integer");
        return 0;
    }

    private void unexpected(Token token) {
        add(token, "syntax error near " + token.found());
    }

    private void add(Token token, String message) {
        Problem problem = Told.reading(token.place(), token.place(), message);
        problems.add(token.is(TokenKind.END) ? problem.withHint("the text ends here") : problem);
    }
}
