package org.flowstream.template;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.template.JsonValue.JsonNumber;
import org.flowstream.template.JsonValue.JsonObject;
import org.flowstream.template.JsonValue.Member;

/** Reads one parameter's declaration, which the schema has been held against already. */
final class ParameterReader {
    private final SourceText source;
    private final Problems problems;

    ParameterReader(SourceText source, Problems problems) {
        this.source = source;
        this.problems = problems;
    }

    Parameter read(Member member) {
        String path = "parameters." + member.name();
        JsonObject json = member.value() instanceof JsonObject object
                ? object
                : new JsonObject(java.util.List.of(), member.offset(), member.length());
        String word = TemplateReader.string(json, "type").orElse("");
        boolean list = word.equals(ParameterType.LIST);
        Optional<ParameterType> type =
                list ? TemplateReader.string(json, "of").flatMap(ParameterType::of) : ParameterType.of(word);
        ParameterType known = type.orElse(ParameterType.STRING);
        if (type.isPresent()) {
            strayMembers(json, path, known, list);
        }
        Parameter parameter = new Parameter(
                member.name(),
                known,
                list,
                TemplateReader.string(json, "unit").orElse(""),
                limits(json, path, known),
                known.harmless(),
                TemplateReader.string(json, "description").orElse(""));
        Optional<JsonValue> given = json.get("default");
        if (given.isEmpty() || type.isEmpty()) {
            return parameter;
        }
        return new ValueReader(parameter, problems)
                .json(given.get(), source, path + ".default")
                .map(parameter::withDefault)
                .orElse(parameter);
    }

    private void strayMembers(JsonObject json, String path, ParameterType type, boolean list) {
        for (Member member : json.members()) {
            boolean fits = switch (member.name()) {
                case "of", "least", "most" -> list;
                case "unit", "minimum", "maximum" -> type.isNumber();
                case "pattern" -> type == ParameterType.STRING || type.isRule();
                default -> true;
            };
            if (!fits) {
                problems.add(source.problem(
                        member.offset(),
                        member.length(),
                        path + ": \"" + member.name() + "\" has no meaning for type " + type.word()
                                + (list ? "" : ", which is not a list")));
            }
        }
    }

    private Parameter.Limits limits(JsonObject json, String path, ParameterType type) {
        Optional<Long> minimum = number(json, path, "minimum");
        Optional<Long> maximum = number(json, path, "maximum");
        if (type.isNumber() && minimum.isPresent() && maximum.isPresent() && minimum.get() > maximum.get()) {
            above(json, path, "minimum", "maximum");
        }
        int least = number(json, path, "least").map(Long::intValue).orElse(0);
        int most = number(json, path, "most").map(Long::intValue).orElse(Parameter.MOST_ITEMS);
        if (least > most) {
            above(json, path, "least", "most");
        }
        return new Parameter.Limits(minimum, maximum, pattern(json, path), least, most);
    }

    private void above(JsonObject json, String path, String low, String high) {
        JsonValue value = json.get(low).orElse(json);
        problems.add(source.problem(
                value.offset(),
                value.length(),
                path + "." + low + ": " + value.shown() + " is above the " + high + " "
                        + json.get(high).map(JsonValue::shown).orElse("")));
    }

    private Optional<Long> number(JsonObject json, String path, String member) {
        Optional<JsonValue> value = json.get(member);
        if (value.isEmpty() || !(value.get() instanceof JsonNumber number) || !number.isInteger()) {
            return Optional.empty();
        }
        if (number.number().abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            problems.add(source.problem(
                    number.offset(),
                    number.length(),
                    path + "." + member + ": " + number.shown() + " does not fit 64 bits"));
            return Optional.empty();
        }
        return Optional.of(number.number().longValueExact());
    }

    private Optional<Pattern> pattern(JsonObject json, String path) {
        Optional<String> text = TemplateReader.string(json, "pattern");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Pattern.compile(text.get()));
        } catch (PatternSyntaxException e) {
            JsonValue value = json.get("pattern").orElse(json);
            problems.add(source.problem(
                    value.offset(),
                    value.length(),
                    path + ".pattern: " + value.shown() + " is not a regular expression: " + e.getDescription()));
            return Optional.empty();
        }
    }
}
