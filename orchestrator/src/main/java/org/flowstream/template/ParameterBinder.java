package org.flowstream.template;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.flowstream.problem.Position;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.problem.Suggestion;

/**
 * From what the user set to one checked value for each parameter of a template, and from there to Click's variables.
 *
 * <p>What is set later wins. Several {@code -p} of one list parameter make one list; commas part items too, where an
 * item cannot hold one.
 */
public final class ParameterBinder {
    private ParameterBinder() {}

    /**
     * A value for every parameter, by name, sorted. What is wrong is added to the problems; such a parameter has its
     * default then, so that later checks can go on.
     */
    public static SortedMap<String, ParameterValue> bind(
            Template template, List<Assignment> assignments, Problems problems) {
        SortedMap<String, ParameterValue> values = new TreeMap<>();
        template.parameters().forEach(it -> values.put(it.name(), it.defaultValue()));
        Map<String, List<Assignment>> byName = new LinkedHashMap<>();
        assignments.forEach(it ->
                byName.computeIfAbsent(it.name(), name -> new ArrayList<>()).add(it));
        byName.forEach((name, each) -> template.parameter(name)
                .ifPresentOrElse(
                        parameter -> value(parameter, each, problems).ifPresent(it -> values.put(name, it)),
                        () -> problems.add(unknown(template, each.get(0)))));
        return values;
    }

    /** The values as Click's variables. */
    public static Map<String, String> variables(Map<String, ParameterValue> values) {
        Map<String, String> variables = new TreeMap<>();
        values.forEach((name, value) -> variables.put(name, value.click()));
        return variables;
    }

    private static Problem unknown(Template template, Assignment assignment) {
        List<String> known =
                template.parameters().stream().map(Parameter::name).sorted().toList();
        String hint = Suggestion.hint(assignment.name(), known);
        String message = "unknown parameter \"" + assignment.name() + "\" of template " + template.name()
                + (!hint.isEmpty()
                        ? ""
                        : known.isEmpty() ? "; it has none" : "; known are " + String.join(", ", known));
        Problem problem = assignment instanceof Assignment.Json json
                ? json.source().problem(json.member().offset(), json.member().length(), message)
                : Problem.of(assignment.position(), message);
        return problem.withHint(hint);
    }

    private static Optional<ParameterValue> value(Parameter parameter, List<Assignment> given, Problems problems) {
        ValueReader reader = new ValueReader(parameter, problems);
        List<Assignment> typed =
                given.stream().filter(it -> !(it instanceof Assignment.Json)).toList();
        if (typed.isEmpty()) {
            Assignment.Json last = (Assignment.Json) given.get(given.size() - 1);
            return reader.json(last.member().value(), last.source(), last.name());
        }
        if (!parameter.list() && typed.size() > 1) {
            problems.add(
                    typed.get(1).position(),
                    parameter.name() + " is given twice; it is one "
                            + parameter.type().word() + ", not a list");
            return Optional.empty();
        }
        List<Assignment.Text> items = new ArrayList<>();
        typed.forEach(it -> items.addAll(items(parameter, it)));
        return reader.texts(items);
    }

    /** One text for each item. */
    private static List<Assignment.Text> items(Parameter parameter, Assignment assignment) {
        if (assignment instanceof Assignment.Text text) {
            if (!parameter.list() || parameter.type() == ParameterType.STRING) {
                return List.of(text);
            }
            return split(text.text()).stream()
                    .map(it -> new Assignment.Text(text.name(), it, text.position()))
                    .toList();
        }
        SourceText file = ((Assignment.File) assignment).file();
        if (!parameter.list()) {
            return List.of(new Assignment.Text(assignment.name(), file.text().strip(), Position.of(file.file(), 1)));
        }
        List<Assignment.Text> items = new ArrayList<>();
        List<String> lines = file.text().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            Position position = Position.of(file.file(), i + 1);
            if (!line.isEmpty() && !line.startsWith("#")) {
                items.add(new Assignment.Text(assignment.name(), line, position));
            }
        }
        return items;
    }

    /** The parts between commas; an empty text is an empty list, and a comma at the end ends nothing. */
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>(
                Arrays.stream(text.split(",", -1)).map(String::strip).toList());
        if (parts.get(parts.size() - 1).isEmpty()) {
            parts.remove(parts.size() - 1);
        }
        return parts;
    }
}
