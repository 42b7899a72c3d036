package org.flowstream.lowering;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.click.ConfigText;
import org.flowstream.lowering.PatternLexer.Token;
import org.flowstream.lowering.Primitive.Direction;
import org.flowstream.lowering.Primitive.Kind;

/** Reads one primitive: qualifiers, then perhaps a field in brackets, a mask, a relation and a value. */
final class PrimitiveParser {
    private static final Map<String, Kind> KINDS = Map.of(
            "host", Kind.HOST,
            "net", Kind.NET,
            "proto", Kind.PROTOCOL,
            "port", Kind.PORT,
            "ports", Kind.PORT,
            "opt", Kind.TCP_OPTION,
            "frag", Kind.FRAGMENT,
            "unfrag", Kind.UNFRAGMENTED,
            "ect", Kind.ECT,
            "ce", Kind.CE);

    private static final Map<String, FieldTest.Relation> RELATIONS = Map.of(
            "=", FieldTest.Relation.EQUAL,
            "==", FieldTest.Relation.EQUAL,
            "!=", FieldTest.Relation.NOT_EQUAL,
            ">", FieldTest.Relation.GREATER,
            "<=", FieldTest.Relation.AT_MOST,
            ">=", FieldTest.Relation.AT_LEAST,
            "<", FieldTest.Relation.LESS);

    private static final Pattern RANGE = Pattern.compile("([0-9]{1,10})-([0-9]{1,10})");
    private static final Pattern BRACKETS = Pattern.compile("([0-9]{1,5})(?:([:,])([0-9]{1,5}))?");

    private final AddressFamily family;
    private final ConfigText pattern;
    private final List<Token> tokens;
    private final Primitive previous;
    private final Reporter reporter;
    private final Primitive primitive = new Primitive();
    private final PrimitiveValue value = new PrimitiveValue();
    private final int start;
    private int at;

    PrimitiveParser(
            AddressFamily family,
            ConfigText pattern,
            List<Token> tokens,
            int start,
            Primitive previous,
            Reporter reporter) {
        this.family = family;
        this.pattern = pattern;
        this.tokens = tokens;
        this.start = start;
        this.at = start;
        this.previous = previous;
        this.reporter = reporter;
    }

    /** What was read, for the next primitive. */
    Primitive primitive() {
        return primitive;
    }

    /** The token behind the primitive. */
    int end() {
        return at;
    }

    Condition parse() {
        boolean negated = qualifiers();
        boolean qualified = at > start;
        if (qualified && isNext("[") && primitive.kind == Kind.NONE) {
            brackets();
        }
        mask();
        relation();
        value();
        if (at == start) {
            throw unknown(at, "'" + word() + "' is no part of a pattern");
        }
        Condition condition = new PrimitiveCheck(family, primitive, value, qualified ? new Primitive() : previous)
                .condition(this::wrong);
        return negated ? new Condition.Not(condition) : condition;
    }

    /** The place of what is wrong: the word that is no value, when there is one, else the whole primitive. */
    private RuntimeException wrong(String message) {
        boolean strange =
                value.kind == PrimitiveValue.Kind.NONE && at < tokens.size() && !PatternParser.isConnective(word());
        return strange ? unknown(at, "'" + word() + "': " + message) : bad(start, Math.max(start, at - 1), message);
    }

    /** Answers whether they negate the primitive. */
    private boolean qualifiers() {
        boolean negated = false;
        while (at < tokens.size()) {
            String word = word();
            if (word.equals("not") || word.equals("!")) {
                negated = !negated;
            } else if (word.equals("src") || word.equals("dst") || word.equals("dest")) {
                direction(word);
            } else if (word.equals("ether")) {
                throw bad(at, at, "'ether' is not yet supported in patterns");
            } else if (!family.headerWords().contains(word) && !kindOrProtocol(word)) {
                break;
            }
            at++;
        }
        return negated;
    }

    private boolean kindOrProtocol(String word) {
        Kind kind = KINDS.get(word);
        PacketField field = family.fields().get(word);
        Integer protocol = family.protocols().get(word);
        if (kind != null || field != null) {
            if (primitive.kind != Kind.NONE) {
                throw bad(at, at, "'" + word + "' after '" + primitive.text() + "': only one of them can be tested");
            }
            primitive.kind = kind != null ? kind : Kind.FIELD;
            primitive.field = Optional.ofNullable(field);
            if (field != null && field.protocol().isPresent()) {
                protocol(field.protocol().getAsInt(), word);
            }
            return true;
        }
        if (protocol != null) {
            protocol(protocol, word);
            return true;
        }
        return false;
    }

    private void protocol(int number, String word) {
        if (primitive.protocol.isPresent() && primitive.protocol.getAsInt() != number) {
            throw bad(at, at, "'" + word + "' contradicts the protocol before it");
        }
        primitive.protocol = OptionalInt.of(number);
    }

    private void direction(String word) {
        if (primitive.direction != Direction.UNSAID) {
            throw bad(at, at, "'src' or 'dst' is there twice");
        }
        if (!word.equals("src")) {
            primitive.direction = Direction.DESTINATION;
            return;
        }
        primitive.direction = Direction.SOURCE;
        boolean pair = at + 2 < tokens.size() && tokens.get(at + 2).text().matches("dst|dest");
        String between = pair ? tokens.get(at + 1).text() : "";
        if (between.equals("and") || between.equals("&&")) {
            primitive.direction = Direction.BOTH;
            at += 2;
        } else if (between.equals("or") || between.equals("||")) {
            primitive.direction = Direction.EITHER;
            at += 2;
        }
    }

    /** {@code [POS]}, {@code [POS:LENGTH]} or {@code [FIRST,LAST]}, within an aligned word. */
    private void brackets() {
        int open = at;
        StringBuilder inside = new StringBuilder();
        at++;
        while (at < tokens.size() && !isNext("]")) {
            inside.append(word());
            at++;
        }
        Matcher matcher = BRACKETS.matcher(inside);
        if (at >= tokens.size() || !matcher.matches()) {
            throw bad(open, Math.min(at, tokens.size() - 1), "expected [POSITION] or [POSITION:LENGTH], in bytes");
        }
        int first = Integer.parseInt(matcher.group(1));
        int number = matcher.group(3) == null ? 1 : Integer.parseInt(matcher.group(3));
        int length = ",".equals(matcher.group(2)) ? number - first + 1 : number;
        if (length < 1 || length > 4 || first / 4 != (first + length - 1) / 4 || first > 0xffff) {
            throw bad(open, at, "expected 1 to 4 bytes within one word of four");
        }
        at++;
        int bits = 8 * length;
        int shift = 32 - 8 * (first % 4) - bits;
        boolean transport = primitive.protocol.isPresent();
        primitive.kind = Kind.FIELD;
        primitive.field = Optional.of(new PacketField(
                tokens.get(open - 1).text() + "[" + inside + "]",
                transport ? Word.Source.TRANSPORT : Word.Source.NETWORK,
                first / 4 * 4,
                shift,
                bits,
                primitive.protocol));
    }

    private void mask() {
        if (!isNext("&") || at + 1 >= tokens.size() || at == start) {
            return;
        }
        String text = tokens.get(at + 1).text();
        OptionalLong number = PatternNumber.parse(text);
        Optional<AddressPattern> address = family.address(text);
        if (number.isEmpty() && address.isEmpty()) {
            throw bad(at + 1, at + 1, "'" + text + "': expected a mask, as a number or an address");
        }
        if (number.isPresent() && number.getAsLong() == 0) {
            throw bad(at + 1, at + 1, "a mask of 0 tests nothing");
        }
        value.mask = number;
        value.addressMask = address;
        at += 2;
    }

    private void relation() {
        // As the last word it has no value, which is then said to be missing.
        if (at < tokens.size() - 1) {
            FieldTest.Relation relation = RELATIONS.get(word());
            if (relation != null) {
                value.relation = relation;
                value.relationGiven = true;
                at++;
            }
        }
    }

    private void value() {
        if (at >= tokens.size()) {
            return;
        }
        String text = word();
        Matcher range = RANGE.matcher(text);
        OptionalLong number = PatternNumber.parse(text);
        if (nameValue(text)) {
            at++;
        } else if (number.isPresent() || range.matches()) {
            value.kind = PrimitiveValue.Kind.NUMBER;
            value.low = number.isPresent() ? number.getAsLong() : Long.parseLong(range.group(1));
            value.high = number.isPresent() ? value.low : Long.parseLong(range.group(2));
            if (value.high < value.low) {
                throw bad(at, at, "'" + text + "': expected the lower number first");
            }
            at++;
        } else {
            address(text);
        }
        if (value.kind == PrimitiveValue.Kind.NONE && value.relationGiven) {
            throw bad(at, at, "'" + text + "': expected a value");
        }
    }

    private void address(String text) {
        Optional<AddressPattern> address = family.address(text);
        Optional<AddressPattern> prefix = family.prefix(text);
        if (address.isPresent()) {
            value.kind = PrimitiveValue.Kind.HOST;
            value.address = address;
            at++;
            if (at + 1 < tokens.size() && isNext("mask")) {
                Optional<AddressPattern> mask =
                        family.address(tokens.get(at + 1).text());
                if (mask.isEmpty()) {
                    throw bad(at + 1, at + 1, "'" + tokens.get(at + 1).text() + "': expected a mask");
                }
                value.kind = PrimitiveValue.Kind.NET;
                value.address = Optional.of(address.get().withMasks(mask.get().values()));
                at += 2;
            } else if (primitive.kind == Kind.NET) {
                value.kind = PrimitiveValue.Kind.NET;
            }
        } else if (prefix.isPresent()) {
            value.kind = PrimitiveValue.Kind.NET;
            value.address = prefix;
            at++;
        }
    }

    /** A value given by name, of whichever kind fits what is tested. */
    private boolean nameValue(String text) {
        NameLookup lookup = NameLookup.of(family, text, primitive);
        if (lookup.isUnknown()) {
            return false;
        }
        if (lookup.fitting().size() != 1) {
            throw bad(
                    at,
                    at,
                    "'" + text + "' is " + (lookup.fitting().isEmpty() ? "meaningless" : "ambiguous") + " here: it is "
                            + lookup.alternatives());
        }
        NameLookup.Meaning meaning = lookup.fitting().get(0);
        value.kind = meaning.kind();
        value.low = meaning.number();
        value.high = meaning.number();
        return true;
    }

    private boolean isNext(String text) {
        return at < tokens.size() && word().equals(text);
    }

    private String word() {
        return tokens.get(at).text();
    }

    private PatternParser.BadPattern bad(int first, int last, String message) {
        int to = Math.min(last, tokens.size() - 1);
        reporter.report(
                pattern, tokens.get(Math.min(first, to)).from(), tokens.get(to).to(), message);
        return new PatternParser.BadPattern();
    }

    private PatternParser.BadPattern unknown(int token, String message) {
        reporter.reportUnknown(
                pattern, tokens.get(token).from(), tokens.get(token).to(), message, NameLookup.allWords(family));
        return new PatternParser.BadPattern();
    }

    static Map<String, Kind> kinds() {
        return KINDS;
    }
}
