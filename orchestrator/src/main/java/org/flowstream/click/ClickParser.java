package org.flowstream.click;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.problem.Place;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;

/**
 * Reads the Click language into a syntax tree.
 *
 * <p>A statement that does not parse is reported and skipped, so that one run names the mistakes of all statements.
 */
public final class ClickParser {
    private static final int DEEPEST = 100;

    private final Lexer lexer;
    private final Problems problems;
    private int depth;

    private ClickParser(SourceText source, Problems problems) {
        this.lexer = new Lexer(source, problems);
        this.problems = problems;
    }

    /** The tree of a text; what is wrong with the text goes to {@code problems}. */
    public static Configuration parse(SourceText source, Problems problems) {
        int before = problems.count();
        ClickParser parser = new ClickParser(source, problems);
        List<Statement> statements = new ArrayList<>();
        while (!parser.lexer.peek().is(TokenKind.END)) {
            parser.statements(statements, false);
            if (!parser.lexer.peek().is(TokenKind.END)) {
                Token stray = parser.lexer.take();
                problems.add(stray.place().problem("unexpected " + stray.found()));
            }
        }
        return new Configuration(source, statements, problems.count() == before);
    }

    /** Statements up to the end of the text or of the compound element or group. */
    private void statements(List<Statement> into, boolean nested) {
        while (true) {
            Token token = lexer.peek();
            try {
                switch (token.kind()) {
                    case SEMICOLON -> lexer.take();
                    case ELEMENTCLASS -> into.add(elementClass());
                    case DEFINE, REQUIRE, PROVIDE -> into.add(directive());
                    case IDENTIFIER, LEFT_BRACKET, LEFT_BRACE, LEFT_PAREN, ARROW, DOUBLE_ARROW ->
                        into.add(chain(nested));
                    case RIGHT_BRACE, RIGHT_PAREN, BARS, DOTS, END -> {
                        return;
                    }
                    default -> throw unexpected(token, "a statement");
                }
            } catch (SyntaxException e) {
                problems.add(e.problem());
                skipStatement();
            }
        }
    }

    /** To the end of the statement that could not be read. */
    private void skipStatement() {
        int open = 0;
        while (!lexer.peek().is(TokenKind.END)) {
            TokenKind kind = lexer.peek().kind();
            if (open == 0
                    && (kind == TokenKind.SEMICOLON
                            || kind == TokenKind.RIGHT_BRACE
                            || kind == TokenKind.ELEMENTCLASS)) {
                return;
            }
            if (kind == TokenKind.LEFT_PAREN) {
                skipConfig();
            } else {
                open += kind == TokenKind.LEFT_BRACE ? 1 : kind == TokenKind.RIGHT_BRACE ? -1 : 0;
                lexer.take();
            }
        }
    }

    private void skipConfig() {
        try {
            lexer.takeConfig();
        } catch (SyntaxException e) {
            problems.add(e.problem());
        }
    }

    private Statement elementClass() {
        Token keyword = lexer.take();
        Token name = expect(TokenKind.IDENTIFIER, "the name of the new class");
        Term definition = classTerm("a compound element or the name of a class");
        return new Statement.ElementClass(
                name.text(), name.place(), definition, keyword.place().to(definition.place()));
    }

    private Statement directive() {
        Token keyword = lexer.take();
        if (!lexer.peek().is(TokenKind.LEFT_PAREN)) {
            throw unexpected(lexer.peek(), "'(' after '" + keyword.text() + "'");
        }
        ConfigText config = lexer.takeConfig();
        return switch (keyword.kind()) {
            case DEFINE -> new Statement.Define(config, keyword.place());
            case REQUIRE -> new Statement.Require(config, keyword.place());
            default -> new Statement.Provide(config, keyword.place());
        };
    }

    private Statement chain(boolean nested) {
        List<Stage> stages = new ArrayList<>();
        Place start = lexer.peek().place();
        Place arrow = start;
        boolean parallel = false;
        while (true) {
            boolean first = stages.isEmpty();
            stages.add(new Stage(endpoints(first, nested), parallel, arrow));
            Token token = lexer.peek();
            if (!token.is(TokenKind.ARROW) && !token.is(TokenKind.DOUBLE_ARROW)) {
                break;
            }
            lexer.take();
            arrow = token.place();
            parallel = token.is(TokenKind.DOUBLE_ARROW);
        }
        Token end = lexer.peek();
        switch (end.kind()) {
            case COLONS, COMMA, VARIABLE, OTHER, RIGHT_BRACKET, BAR, DOTS ->
                throw unexpected(end, "'->', ';' or the next statement");
            default -> {}
        }
        List<Endpoint> last = stages.get(stages.size() - 1).endpoints();
        return new Statement.Chain(stages, start.to(last.get(last.size() - 1).place()));
    }

    private List<Endpoint> endpoints(boolean first, boolean nested) {
        List<Endpoint> endpoints = new ArrayList<>();
        endpoints.add(endpoint(first, nested));
        while (lexer.peek().is(TokenKind.COMMA)) {
            lexer.take();
            endpoints.add(endpoint(first, nested));
        }
        return endpoints;
    }

    private Endpoint endpoint(boolean first, boolean nested) {
        Place start = lexer.peek().place();
        Endpoint.Ports inputs = ports();
        Token token = lexer.peek();
        if (nested && isImplicit(token, first)) {
            Term implicit = new Term.Implicit(start);
            return first
                    ? new Endpoint(Endpoint.Ports.NONE, implicit, Optional.empty(), Optional.empty(), inputs, start)
                    : new Endpoint(inputs, implicit, Optional.empty(), Optional.empty(), Endpoint.Ports.NONE, start);
        }
        Term term = term(first);
        Optional<Term> declared = Optional.empty();
        Place end = term.place();
        if (lexer.peek().is(TokenKind.COLONS)) {
            lexer.take();
            Term type = classTerm("an element class after '::'");
            declared = Optional.of(type);
            end = type.place();
        }
        Optional<ConfigText> config = Optional.empty();
        if (lexer.peek().is(TokenKind.LEFT_PAREN)) {
            ConfigText text = lexer.takeConfig();
            config = Optional.of(text);
            end = text.place();
        }
        return new Endpoint(inputs, term, declared, config, ports(), start.to(end));
    }

    /** Whether an endpoint without a name ends before this token. */
    private static boolean isImplicit(Token token, boolean first) {
        return switch (token.kind()) {
            case ARROW, DOUBLE_ARROW -> first;
            case COMMA -> true;
            case SEMICOLON, RIGHT_BRACE, RIGHT_PAREN, BARS, END -> !first;
            default -> false;
        };
    }

    private Term term(boolean first) {
        Token token = lexer.peek();
        return switch (token.kind()) {
            case IDENTIFIER -> {
                lexer.take();
                yield new Term.Name(token.text(), token.place());
            }
            case LEFT_BRACE -> compound();
            case LEFT_PAREN -> group();
            default -> throw unexpected(token, first ? "an element" : "an element after the arrow");
        };
    }

    private Term classTerm(String expected) {
        Token token = lexer.peek();
        if (token.is(TokenKind.LEFT_BRACE)) {
            return compound();
        }
        Token name = expect(TokenKind.IDENTIFIER, expected);
        return new Term.Name(name.text(), name.place());
    }

    private Term group() {
        Token open = lexer.take();
        enter(open);
        List<Statement> statements = new ArrayList<>();
        try {
            statements(statements, true);
        } finally {
            depth--;
        }
        Token close = expectClosing(TokenKind.RIGHT_PAREN, open);
        return new Term.Group(statements, open.place().to(close.place()));
    }

    private Term compound() {
        Token open = lexer.take();
        enter(open);
        List<Term.Variant> variants = new ArrayList<>();
        boolean extending = false;
        try {
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
        } finally {
            depth--;
        }
        Token close = expectClosing(TokenKind.RIGHT_BRACE, open);
        return new Term.Compound(variants, extending, open.place().to(close.place()));
    }

    private void enter(Token open) {
        depth++;
        if (depth > DEEPEST) {
            throw new SyntaxException(
                    open.place().problem("more than " + DEEPEST + " levels of braces and parentheses"));
        }
    }

    private Term.Variant variant() {
        Place start = lexer.peek().place();
        List<Term.Formal> formals = formals();
        List<Statement> statements = new ArrayList<>();
        statements(statements, true);
        return new Term.Variant(formals, statements, start);
    }

    /** {@code $a, KEYWORD $b |}, or nothing. */
    private List<Term.Formal> formals() {
        List<Term.Formal> formals = new ArrayList<>();
        if (lexer.peek().is(TokenKind.BAR)) {
            lexer.take();
            return formals;
        }
        Optional<Token> keyword = keywordOfFormal();
        while (keyword.isPresent() || lexer.peek().is(TokenKind.VARIABLE)) {
            Token variable = expect(TokenKind.VARIABLE, "a variable such as $x");
            formals.add(new Term.Formal(keyword.map(Token::text).orElse(""), variable.text(), variable.place()));
            if (lexer.peek().is(TokenKind.BAR)) {
                lexer.take();
                return formals;
            }
            if (!lexer.peek().is(TokenKind.COMMA)) {
                throw unexpected(lexer.peek(), "',' or '|' after a formal argument");
            }
            lexer.take();
            keyword = lexer.peek().is(TokenKind.IDENTIFIER) ? Optional.of(lexer.take()) : Optional.empty();
        }
        if (!formals.isEmpty()) {
            throw unexpected(lexer.peek(), "a variable such as $x");
        }
        return formals;
    }

    /** The first word of {@code KEYWORD $x}; nothing is taken when the word begins a statement. */
    private Optional<Token> keywordOfFormal() {
        if (!lexer.peek().is(TokenKind.IDENTIFIER) || !lexer.isVariableBehindNext()) {
            return Optional.empty();
        }
        return Optional.of(lexer.take());
    }

    private Endpoint.Ports ports() {
        if (!lexer.peek().is(TokenKind.LEFT_BRACKET)) {
            return Endpoint.Ports.NONE;
        }
        lexer.take();
        List<Integer> numbers = new ArrayList<>();
        while (true) {
            Token token = lexer.take();
            if (token.is(TokenKind.RIGHT_BRACKET)) {
                return new Endpoint.Ports(numbers.isEmpty() ? List.of(0) : numbers, true);
            }
            numbers.add(port(token));
            Token separator = lexer.take();
            if (separator.is(TokenKind.RIGHT_BRACKET)) {
                return new Endpoint.Ports(numbers, false);
            }
            if (!separator.is(TokenKind.COMMA)) {
                throw unexpected(separator, "',' or ']' after a port number");
            }
        }
    }

    private static int port(Token token) {
        if (!token.is(TokenKind.IDENTIFIER) || !token.text().matches("[0-9]{1,4}")) {
            throw unexpected(token, "a port number");
        }
        return Integer.parseInt(token.text());
    }

    private Token expect(TokenKind kind, String expected) {
        if (!lexer.peek().is(kind)) {
            throw unexpected(lexer.peek(), expected);
        }
        return lexer.take();
    }

    private Token expectClosing(TokenKind kind, Token open) {
        if (!lexer.peek().is(kind)) {
            Token found = lexer.peek();
            throw new SyntaxException(open.place()
                    .problem("this " + open.found() + " has no matching " + kind.description() + ": "
                            + (found.is(TokenKind.END)
                                    ? "the file ends"
                                    : "found " + found.found() + " in line "
                                            + found.place().position().line())));
        }
        return lexer.take();
    }

    private static SyntaxException unexpected(Token found, String expected) {
        return new SyntaxException(found.place().problem("found " + found.found() + ", expected " + expected));
    }
}
