package org.flowstream.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.problem.BadValueException;
import org.flowstream.problem.Position;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.template.JsonValue.JsonList;

/** Reads whole values of one parameter, lists included, and reports what is wrong with each item. */
final class ValueReader {
    private final Parameter parameter;
    private final ParameterParser parser;
    private final Problems problems;

    ValueReader(Parameter parameter, Problems problems) {
        this.parameter = parameter;
        this.parser = new ParameterParser(parameter);
        this.problems = problems;
    }

    /** The value in a JSON file; empty when it is wrong. */
    Optional<ParameterValue> json(JsonValue value, SourceText source, String path) {
        if (!parameter.list()) {
            return item(value, source, path);
        }
        if (!(value instanceof JsonList list)) {
            problems.add(
                    source.problem(value.offset(), value.length(), path + ": " + value.shown() + " is not a list […]"));
            return Optional.empty();
        }
        List<ParameterValue> items = new ArrayList<>();
        for (int i = 0; i < list.items().size(); i++) {
            item(list.items().get(i), source, path + "[" + i + "]").ifPresent(items::add);
        }
        String count = countProblem(list.items().size());
        if (!count.isEmpty()) {
            problems.add(source.problem(value.offset(), value.length(), path + ": " + count));
        }
        return items.size() == list.items().size() && count.isEmpty()
                ? Optional.of(new ParameterValue.ListValue(items))
                : Optional.empty();
    }

    private Optional<ParameterValue> item(JsonValue value, SourceText source, String path) {
        try {
            return Optional.of(parser.json(value));
        } catch (BadValueException e) {
            problems.add(source.problem(value.offset(), value.length(), path + ": " + e.getMessage()));
            return Optional.empty();
        }
    }

    /** The value typed as one text or more, each with the place that errors name; empty when one is wrong. */
    Optional<ParameterValue> texts(List<Assignment.Text> texts) {
        List<ParameterValue> items = new ArrayList<>();
        for (Assignment.Text each : texts) {
            try {
                items.add(parser.text(each.text()));
            } catch (BadValueException e) {
                problems.add(each.position(), parameter.name() + ": " + e.getMessage());
            }
        }
        if (items.size() < texts.size()) {
            return Optional.empty();
        }
        if (!parameter.list()) {
            return Optional.of(items.get(items.size() - 1));
        }
        String count = countProblem(items.size());
        if (!count.isEmpty()) {
            Position position = texts.isEmpty()
                    ? Position.of(parameter.name())
                    : texts.get(0).position();
            problems.add(position, parameter.name() + ": " + count);
            return Optional.empty();
        }
        return Optional.of(new ParameterValue.ListValue(items));
    }

    private String countProblem(int count) {
        Parameter.Limits limits = parameter.limits();
        if (count >= limits.least() && count <= limits.most()) {
            return "";
        }
        return "the list has " + count + (count == 1 ? " item" : " items") + "; expected at "
                + (count < limits.least() ? "least " + limits.least() : "most " + limits.most());
    }
}
