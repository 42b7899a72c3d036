package org.flowstream.document;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.flowstream.problem.BadValueException;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.template.JsonValue;
import org.flowstream.template.JsonValue.JsonBoolean;
import org.flowstream.template.JsonValue.JsonList;
import org.flowstream.template.JsonValue.JsonNumber;
import org.flowstream.template.JsonValue.JsonObject;
import org.flowstream.template.JsonValue.JsonText;

/**
 * The members of one object of a document, as values. What the schema has found wrong is passed over; what is wrong with
 * a value is added to the problems, at its place.
 *
 * @param path of the object in its document, for messages; empty for the document itself
 */
record Fields(JsonObject object, String path, SourceText source, Problems problems) {
    Optional<Fields> child(String member) {
        return object.get(member)
                .filter(JsonObject.class::isInstance)
                .map(it -> new Fields((JsonObject) it, join(member), source, problems));
    }

    /** The objects of a list. */
    List<Fields> children(String member) {
        List<JsonValue> items = items(member);
        return items.stream()
                .filter(JsonObject.class::isInstance)
                .map(it -> new Fields((JsonObject) it, join(member) + "[" + items.indexOf(it) + "]", source, problems))
                .toList();
    }

    Optional<JsonText> text(String member) {
        return object.get(member).filter(JsonText.class::isInstance).map(JsonText.class::cast);
    }

    List<JsonText> texts(String member) {
        return items(member).stream()
                .filter(JsonText.class::isInstance)
                .map(JsonText.class::cast)
                .toList();
    }

    private List<JsonValue> items(String member) {
        return object.get(member)
                .filter(JsonList.class::isInstance)
                .map(it -> ((JsonList) it).items())
                .orElse(List.of());
    }

    /** A text's value; empty when there is none or it is wrong. */
    <T> Optional<T> parsed(String member, Function<String, T> parse) {
        return text(member).flatMap(text -> attempt(text, join(member), () -> parse.apply(text.text())));
    }

    /** A word that the schema checks too, so that it is told once. */
    <T> Optional<T> word(String member, Function<String, T> parse) {
        try {
            return text(member).map(JsonText::text).map(parse);
        } catch (BadValueException e) {
            return Optional.empty();
        }
    }

    /** A number within bounds that the schema checks too. */
    int integer(String member, int least, int most, int fallback) {
        return object.get(member)
                .filter(JsonNumber.class::isInstance)
                .map(it -> (JsonNumber) it)
                .filter(JsonNumber::isInteger)
                .map(JsonNumber::number)
                .filter(it -> it.compareTo(java.math.BigDecimal.valueOf(least)) >= 0
                        && it.compareTo(java.math.BigDecimal.valueOf(most)) <= 0)
                .map(java.math.BigDecimal::intValueExact)
                .orElse(fallback);
    }

    boolean isTrue(String member) {
        return object.get(member)
                .filter(it -> it instanceof JsonBoolean bool && bool.value())
                .isPresent();
    }

    /** A value made from something of the document, or its fault as a problem there. */
    <T> Optional<T> attempt(JsonValue at, String where, Supplier<T> make) {
        try {
            return Optional.of(make.get());
        } catch (BadValueException e) {
            problem(at, where, e.getMessage());
            return Optional.empty();
        }
    }

    void problem(JsonValue at, String where, String message) {
        problems.add(source.problem(at.offset(), at.length(), where.isEmpty() ? message : where + ": " + message));
    }

    /** The place of a member, or of the object when it has none of that name. */
    JsonValue at(String member) {
        return object.get(member).orElse(object);
    }

    String join(String member) {
        return path.isEmpty() ? member : path + "." + member;
    }
}
