package org.flowstream.template;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.problem.Suggestion;
import org.flowstream.template.JsonValue.JsonBoolean;
import org.flowstream.template.JsonValue.JsonList;
import org.flowstream.template.JsonValue.JsonNumber;
import org.flowstream.template.JsonValue.JsonObject;
import org.flowstream.template.JsonValue.JsonText;
import org.flowstream.template.JsonValue.Member;

/**
 * A JSON Schema (draft 2020-12) that finds all that is wrong with a value, each with its place.
 *
 * <p>It knows the keywords that our own schemas use and refuses a schema with any other, so that none is silently
 * ignored. A {@code title} says in words what a {@code pattern} expects. A test holds its verdicts equal to those of a
 * full validator; it exists because that one takes more than a second of the command line's start.
 */
public final class JsonSchema {
    private static final Set<String> ANNOTATIONS = Set.of("$schema", "$id", "$defs", "title", "description");
    private static final Set<String> KEYWORDS = Set.of(
            "$ref",
            "type",
            "enum",
            "const",
            "required",
            "properties",
            "propertyNames",
            "additionalProperties",
            "items",
            "minItems",
            "maxItems",
            "uniqueItems",
            "pattern",
            "minLength",
            "maxLength",
            "minimum",
            "maximum",
            "if",
            "then");

    private final JsonObject root;
    private final Map<String, Pattern> patterns = new TreeMap<>();

    private JsonSchema(JsonObject root) {
        this.root = root;
    }

    /** The schema in the text, which is one of ours: a mistake in it is a mistake in the program. */
    public static JsonSchema of(SourceText text) {
        Problems problems = new Problems();
        Optional<JsonValue> value = JsonReader.read(text, problems);
        problems.throwIfAny();
        if (value.orElseThrow() instanceof JsonObject object) {
            JsonSchema schema = new JsonSchema(object);
            schema.prepare(object);
            return schema;
        }
        throw new IllegalArgumentException(text.file() + " is not a schema");
    }

    /** Adds what is wrong with the value; {@code source} is the text it was read from. */
    public void check(JsonValue value, SourceText source, Problems problems) {
        new Check(source, problems).check(root, value, "");
    }

    private void prepare(JsonObject schema) {
        for (Member member : schema.members()) {
            String keyword = member.name();
            if (!KEYWORDS.contains(keyword) && !ANNOTATIONS.contains(keyword)) {
                throw new IllegalArgumentException("schema keyword " + keyword + " is not known here");
            }
            switch (keyword) {
                case "pattern" -> patterns.put(text(member.value()), Pattern.compile(text(member.value())));
                case "$ref" -> resolve(schema);
                case "properties", "$defs" ->
                    object(member.value()).members().forEach(it -> prepare(object(it.value())));
                case "items", "propertyNames", "if", "then" -> prepare(object(member.value()));
                case "additionalProperties" -> {
                    if (member.value() instanceof JsonObject inner) {
                        prepare(inner);
                    }
                }
                default -> {
                    // a plain value
                }
            }
        }
    }

    /** The definition that a schema refers to. */
    private Optional<JsonObject> resolve(JsonObject schema) {
        return schema.get("$ref").map(ref -> {
            String name = text(ref);
            if (!name.startsWith("#/$defs/")) {
                throw new IllegalArgumentException("schema reference " + name + " is not known here");
            }
            return root.get("$defs")
                    .flatMap(defs -> object(defs).get(name.substring("#/$defs/".length())))
                    .map(JsonSchema::object)
                    .orElseThrow(() -> new IllegalArgumentException("schema reference " + name + " leads nowhere"));
        });
    }

    private static JsonObject object(JsonValue value) {
        return (JsonObject) value;
    }

    private static String text(JsonValue value) {
        return ((JsonText) value).text();
    }

    private static List<JsonValue> items(JsonValue value) {
        return ((JsonList) value).items();
    }

    private static BigDecimal number(JsonValue value) {
        return ((JsonNumber) value).number();
    }

    /** Whether two values are equal whatever their places. */
    private static boolean same(JsonValue a, JsonValue b) {
        if (a instanceof JsonNumber x && b instanceof JsonNumber y) {
            return x.number().compareTo(y.number()) == 0;
        }
        if (a instanceof JsonText x && b instanceof JsonText y) {
            return x.text().equals(y.text());
        }
        return a instanceof JsonBoolean x && b instanceof JsonBoolean y && x.value() == y.value();
    }

    /** One pass over one value. */
    private final class Check {
        private final SourceText source;
        private final Problems problems;

        Check(SourceText source, Problems problems) {
            this.source = source;
            this.problems = problems;
        }

        void check(JsonObject schema, JsonValue value, String path) {
            resolve(schema).ifPresent(it -> check(it, value, path));
            String title = schema.get("title").map(JsonSchema::text).orElse("");
            for (Member keyword : schema.members()) {
                JsonValue operand = keyword.value();
                switch (keyword.name()) {
                    case "type" -> {
                        if (!isOfType(value, text(operand))) {
                            report(value, path, value.shown() + " is not " + typeInWords(text(operand)));
                            return;
                        }
                    }
                    case "enum" -> oneOf(items(operand), value, path);
                    case "const" -> oneOf(List.of(operand), value, path);
                    case "minimum", "maximum" -> range(keyword, value, path);
                    case "pattern" -> {
                        if (value instanceof JsonText text && !matches(text(operand), text.text())) {
                            report(
                                    value,
                                    path,
                                    value.shown() + ": expected "
                                            + (title.isEmpty() ? "a match of " + text(operand) : title));
                        }
                    }
                    case "minLength", "maxLength" -> textLength(keyword, value, path);
                    case "minItems", "maxItems" -> itemCount(keyword, value, path);
                    case "uniqueItems" -> uniqueItems(value, path);
                    case "items" -> {
                        if (value instanceof JsonList list) {
                            for (int i = 0; i < list.items().size(); i++) {
                                check(object(operand), list.items().get(i), path + "[" + i + "]");
                            }
                        }
                    }
                    case "required" -> required(items(operand), value, path);
                    case "properties" -> {
                        if (value instanceof JsonObject object) {
                            object.members()
                                    .forEach(member -> object(operand)
                                            .get(member.name())
                                            .ifPresent(it ->
                                                    check(object(it), member.value(), join(path, member.name()))));
                        }
                    }
                    case "additionalProperties" -> additionalProperties(schema, operand, value, path);
                    case "propertyNames" -> {
                        if (value instanceof JsonObject object) {
                            object.members()
                                    .forEach(it -> check(
                                            object(operand),
                                            new JsonText(it.name(), it.offset(), it.length()),
                                            path + ": name"));
                        }
                    }
                    case "if" -> {
                        Problems unheard = new Problems();
                        new Check(source, unheard).check(object(operand), value, path);
                        if (unheard.isEmpty()) {
                            schema.get("then").ifPresent(then -> check(object(then), value, path));
                        }
                    }
                    default -> {
                        // annotations, and "then", which belongs to "if"
                    }
                }
            }
        }

        private boolean matches(String pattern, String text) {
            return Objects.requireNonNull(patterns.get(pattern), "prepared pattern")
                    .matcher(text)
                    .find();
        }

        private void oneOf(List<JsonValue> allowed, JsonValue value, String path) {
            if (allowed.stream().noneMatch(it -> same(it, value))) {
                List<String> words = allowed.stream()
                        .map(it -> it instanceof JsonText text ? text.text() : it.shown())
                        .toList();
                String hint = value instanceof JsonText text ? Suggestion.hint(text.text(), words) : "";
                String message = allowed.size() == 1
                        ? value.shown() + " is not " + words.get(0)
                        : value.shown() + " is none of " + String.join(", ", words);
                report(value, path, message, hint);
            }
        }

        private void range(Member keyword, JsonValue value, String path) {
            if (!(value instanceof JsonNumber number)) {
                return;
            }
            int side = number.number().compareTo(number(keyword.value()));
            if (keyword.name().equals("minimum") ? side < 0 : side > 0) {
                report(
                        value,
                        path,
                        value.shown() + " is " + (side < 0 ? "below" : "above") + " the " + keyword.name() + " "
                                + keyword.value().shown());
            }
        }

        private void textLength(Member keyword, JsonValue value, String path) {
            if (!(value instanceof JsonText text)) {
                return;
            }
            int length = text.text().codePointCount(0, text.text().length());
            int side = Integer.compare(length, number(keyword.value()).intValueExact());
            if (keyword.name().equals("minLength") ? side < 0 : side > 0) {
                report(
                        value,
                        path,
                        value.shown() + " has " + counted(length, "character") + "; expected at "
                                + (side < 0 ? "least " : "most ")
                                + keyword.value().shown());
            }
        }

        private void itemCount(Member keyword, JsonValue value, String path) {
            if (!(value instanceof JsonList list)) {
                return;
            }
            int side =
                    Integer.compare(list.items().size(), number(keyword.value()).intValueExact());
            if (keyword.name().equals("minItems") ? side < 0 : side > 0) {
                report(
                        value,
                        path,
                        "the list has " + counted(list.items().size(), "item") + "; expected at "
                                + (side < 0 ? "least " : "most ")
                                + keyword.value().shown());
            }
        }

        private void uniqueItems(JsonValue value, String path) {
            if (!(value instanceof JsonList list)) {
                return;
            }
            List<JsonValue> seen = new ArrayList<>();
            for (JsonValue item : list.items()) {
                if (seen.stream().anyMatch(it -> same(it, item))) {
                    report(item, path, item.shown() + " stands in the list twice");
                }
                seen.add(item);
            }
        }

        private void required(List<JsonValue> names, JsonValue value, String path) {
            if (value instanceof JsonObject object) {
                Set<String> present =
                        object.members().stream().map(Member::name).collect(Collectors.toSet());
                names.stream()
                        .map(JsonSchema::text)
                        .filter(name -> !present.contains(name))
                        .forEach(name -> report(value, path, "member \"" + name + "\" is missing"));
            }
        }

        private void additionalProperties(JsonObject schema, JsonValue operand, JsonValue value, String path) {
            if (!(value instanceof JsonObject object)) {
                return;
            }
            Set<String> known = new HashSet<>();
            schema.get("properties").ifPresent(it -> object(it).members().forEach(member -> known.add(member.name())));
            for (Member member : object.members()) {
                if (known.contains(member.name())) {
                    continue;
                }
                if (operand instanceof JsonObject inner) {
                    check(inner, member.value(), join(path, member.name()));
                } else {
                    String where = path.isEmpty() ? "" : path + ": ";
                    String hint = Suggestion.hint(member.name(), known);
                    String message = where + "unknown member \"" + member.name() + "\""
                            + (hint.isEmpty()
                                    ? "; known are " + known.stream().sorted().collect(Collectors.joining(", "))
                                    : "");
                    problems.add(source.problem(member.offset(), member.length(), message)
                            .withHint(hint));
                }
            }
        }

        private void report(JsonValue value, String path, String message) {
            report(value, path, message, "");
        }

        private void report(JsonValue value, String path, String message, String hint) {
            Problem problem =
                    source.problem(value.offset(), value.length(), path.isEmpty() ? message : path + ": " + message);
            problems.add(problem.withHint(hint));
        }
    }

    private static boolean isOfType(JsonValue value, String type) {
        return value.type().equals(type)
                || (type.equals("number") && value.type().equals("integer"));
    }

    private static String typeInWords(String type) {
        return switch (type) {
            case "object" -> "an object {…}";
            case "array" -> "a list […]";
            case "string" -> "a text in quotes";
            case "integer" -> "an integer";
            case "boolean" -> "true or false";
            default -> "a " + type;
        };
    }

    private static String counted(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
