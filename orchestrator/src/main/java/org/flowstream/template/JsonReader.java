package org.flowstream.template;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.template.JsonValue.JsonBoolean;
import org.flowstream.template.JsonValue.JsonList;
import org.flowstream.template.JsonValue.JsonNull;
import org.flowstream.template.JsonValue.JsonNumber;
import org.flowstream.template.JsonValue.JsonObject;
import org.flowstream.template.JsonValue.JsonText;
import org.flowstream.template.JsonValue.Member;

/**
 * Reads JSON (RFC 8259) with the place of each value, over Jackson's tokens.
 *
 * <p>A syntax error is the only problem of its text, since nothing behind it can be trusted. A name that stands twice in
 * an object is a problem too: which of the two was meant cannot be known.
 */
public final class JsonReader {
    private static final int DEEPEST = 64;
    private static final Pattern CLOSE_MARKER =
            Pattern.compile("close marker '(.)': expected '(.)' \\(for .* line: (\\d+), column: (\\d+)");
    private static final Pattern UNEXPECTED =
            Pattern.compile("Unexpected character \\('(.*?)' \\(code .*?\\)\\): (.*)");
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(40)
                    .build())
            .build();

    private final SourceText source;
    private final JsonParser parser;
    private final Problems problems;

    private JsonReader(SourceText source, JsonParser parser, Problems problems) {
        this.source = source;
        this.parser = parser;
        this.problems = problems;
    }

    /** The text's one value; empty after a syntax error, which is then among the problems. */
    public static Optional<JsonValue> read(SourceText source, Problems problems) {
        try (JsonParser parser = FACTORY.createParser(source.text())) {
            JsonReader reader = new JsonReader(source, parser, problems);
            return reader.document();
        } catch (IOException e) {
            throw new UncheckedIOException("reading JSON from memory", e);
        }
    }

    /** All values of a text that holds several one behind the other; those before a syntax error are there. */
    public static List<JsonValue> readAll(SourceText source, Problems problems) {
        List<JsonValue> values = new ArrayList<>();
        try (JsonParser parser = FACTORY.createParser(source.text())) {
            JsonReader reader = new JsonReader(source, parser, problems);
            reader.guarded(() -> {
                while (parser.nextToken() != null) {
                    values.add(reader.value(problems));
                }
                if (values.isEmpty()) {
                    problems.add(source.problem(0, 1, "the file is empty; expected a JSON object"));
                }
                return Optional.empty();
            });
            return values;
        } catch (IOException e) {
            throw new UncheckedIOException("reading JSON from memory", e);
        }
    }

    /** Reading that meets Jackson's faults. */
    @FunctionalInterface
    private interface Reading {
        Optional<JsonValue> run() throws IOException;
    }

    private Optional<JsonValue> document() throws IOException {
        Problems duplicates = new Problems();
        return guarded(() -> {
            if (parser.nextToken() == null) {
                problems.add(source.problem(0, 1, "the file is empty; expected a JSON object"));
                return Optional.empty();
            }
            JsonValue value = value(duplicates);
            if (parser.nextToken() != null) {
                problems.add(source.problem(
                        start(), Math.max(1, end() - start()), "expected the end of the file behind the JSON value"));
                return Optional.empty();
            }
            problems.addAll(duplicates.list());
            return Optional.of(value);
        });
    }

    private Optional<JsonValue> guarded(Reading reading) throws IOException {
        try {
            return reading.run();
        } catch (JsonParseException e) {
            problems.add(source.problem(placeOf(e), 1, "not JSON: " + plain(e.getOriginalMessage())));
            return Optional.empty();
        } catch (StreamConstraintsException e) {
            problems.add(source.problem(end(), 1, "not acceptable JSON: " + plain(e.getOriginalMessage())));
            return Optional.empty();
        }
    }

    private JsonValue value(Problems duplicates) throws IOException {
        int start = start();
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> object(start, duplicates);
            case START_ARRAY -> list(start, duplicates);
            case VALUE_STRING -> {
                String text = parser.getText();
                parser.finishToken();
                yield new JsonText(text, start, end() - start);
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                BigDecimal number = parser.getDecimalValue();
                yield new JsonNumber(number, start, parser.getTextLength());
            }
            case VALUE_TRUE -> new JsonBoolean(true, start, 4);
            case VALUE_FALSE -> new JsonBoolean(false, start, 5);
            case VALUE_NULL -> new JsonNull(start, 4);
            default -> throw new IllegalStateException("token " + token + " where a value begins");
        };
    }

    private JsonObject object(int start, Problems duplicates) throws IOException {
        Map<String, Member> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            int nameStart = start();
            String name = parser.currentName();
            parser.finishToken();
            int nameLength = quotedLength(nameStart);
            parser.nextToken();
            Member member = new Member(name, nameStart, nameLength, value(duplicates));
            Member before = members.putIfAbsent(name, member);
            if (before != null) {
                duplicates.add(source.problem(
                        nameStart,
                        nameLength,
                        "\"" + name + "\" stands twice in one object, first in line "
                                + source.position(before.offset()).line()));
            }
        }
        return new JsonObject(new ArrayList<>(members.values()), start, 1);
    }

    private JsonList list(int start, Problems duplicates) throws IOException {
        List<JsonValue> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(duplicates));
        }
        return new JsonList(items, start, 1);
    }

    private int start() {
        return clamp(parser.currentTokenLocation().getCharOffset());
    }

    private int end() {
        return clamp(parser.currentLocation().getCharOffset());
    }

    /** The length of the quoted text that begins at the offset; Jackson has accepted it. */
    private int quotedLength(int offset) {
        String text = source.text();
        int at = offset + 1;
        while (at < text.length() && text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(at + 1, text.length()) - offset;
    }

    private int placeOf(JsonParseException e) {
        return e.getLocation() == null ? end() : clamp(e.getLocation().getCharOffset());
    }

    private int clamp(long offset) {
        return (int) Math.max(0, Math.min(offset, source.text().length()));
    }

    /** Jackson's words, shortened to what was found and what was expected. */
    private static String plain(String message) {
        String line = message.lines().findFirst().orElse(message);
        if (line.startsWith("Unexpected end-of-input")) {
            return "the text ends too early";
        }
        Matcher character = UNEXPECTED.matcher(line);
        Matcher marker = CLOSE_MARKER.matcher(line);
        if (marker.find()) {
            return "found '" + marker.group(1) + "', expected '" + marker.group(2) + "', which closes line "
                    + marker.group(3) + ", column " + marker.group(4);
        }
        String words = character.matches() ? "found '" + character.group(1) + "', " + character.group(2) : line;
        String modern = words.replace("was expecting", "expected");
        return modern.endsWith(".") ? modern.substring(0, modern.length() - 1) : modern;
    }
}
