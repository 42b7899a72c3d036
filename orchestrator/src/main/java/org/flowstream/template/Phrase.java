package org.flowstream.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.problem.Suggestion;

/**
 * A text of a template in which <code>{{name}}</code> stands for a parameter's value: one argument, one line of a file.
 * Where the parameter is a list, the text stands once for each of its items.
 *
 * @param source where it stands, for errors
 * @param offset there
 * @param length there
 */
public record Phrase(SourceText source, int offset, int length, String text) {
    private static final Pattern NAME = Pattern.compile("\\{\\{ *([^{}\\n]*?) *\\}\\}");

    /** What is made of the text, and so which values would be more than values in it. */
    public enum Use {
        /** An argument or a variable, which no shell sees: whatever has no NUL. */
        ARGUMENT("a NUL character", Pattern.compile("\\x00")),
        /** A line of a file of any form: its template alone knows what characters mean there. */
        FILE("a control character", Pattern.compile("\\p{Cntrl}")),
        /** A word of a kernel's command line. */
        WORD("a blank, a quotation mark or a control character", Pattern.compile("[\\s\"\\p{Cntrl}]"));

        private final String refused;
        private final Pattern pattern;

        Use(String refused, Pattern pattern) {
            this.refused = refused;
            this.pattern = pattern;
        }
    }

    /** The lines of a text, each with its end. */
    public static List<Phrase> lines(SourceText text) {
        List<Phrase> lines = new ArrayList<>();
        String all = text.text();
        for (int at = 0; at < all.length(); ) {
            int end = all.indexOf('\n', at);
            int next = end < 0 ? all.length() : end + 1;
            lines.add(new Phrase(text, at, next - at, all.substring(at, next)));
            at = next;
        }
        return lines;
    }

    /** Adds what is wrong with its names, whatever the values. */
    void check(Use use, List<Parameter> parameters, Problems problems) {
        List<String> lists = new ArrayList<>();
        Matcher names = NAME.matcher(text);
        while (names.find()) {
            String name = names.group(1);
            Optional<Parameter> found =
                    parameters.stream().filter(it -> it.name().equals(name)).findFirst();
            if (found.isEmpty()) {
                String hint = Suggestion.nearest(
                                name, parameters.stream().map(Parameter::name).toList())
                        .map(it -> "did you mean '{{" + it + "}}'?")
                        .orElse("");
                problems.add(problem(names, "unknown parameter '" + names.group() + "'")
                        .withHint(hint));
                continue;
            }
            Parameter parameter = found.get();
            boolean free =
                    parameter.type() == ParameterType.STRING || parameter.type().isRule();
            if (use == Use.FILE && free && parameter.limits().pattern().isEmpty()) {
                problems.add(problem(
                        names,
                        "'" + names.group() + "' is a " + parameter.typeText()
                                + ", and any character may mean something in this file: expected a parameter with a"
                                + " \"pattern\" that says which it may have"));
            }
            if (parameter.list() && !lists.contains(name)) {
                lists.add(name);
            }
        }
        if (lists.size() > 1) {
            problems.add(source.problem(
                    offset,
                    length,
                    "'" + text.strip() + "' has two lists, " + String.join(" and ", lists)
                            + ": expected one at most, for each item of which it stands once"));
        }
    }

    private Problem problem(Matcher names, String message) {
        boolean asIs = text.length() == length;
        return source.problem(
                asIs ? offset + names.start() : offset, asIs ? names.end() - names.start() : length, message);
    }

    /** The texts that it comes to; a value that would be more than a value in it is a problem. */
    public List<String> fill(Use use, Map<String, ParameterValue> values, Problems problems) {
        Matcher names = NAME.matcher(text);
        Optional<ParameterValue.ListValue> list = Optional.empty();
        String listed = "";
        while (names.find()) {
            ParameterValue value = values.get(names.group(1));
            if (value == null) {
                return List.of(); // told when the template was read
            }
            if (value instanceof ParameterValue.ListValue found) {
                list = Optional.of(found);
                listed = names.group(1);
            }
        }
        if (list.isEmpty()) {
            return List.of(filled(use, values, problems));
        }
        List<String> texts = new ArrayList<>();
        for (ParameterValue item : list.get().items()) {
            Map<String, ParameterValue> one = new java.util.TreeMap<>(values);
            one.put(listed, item);
            texts.add(filled(use, one, problems));
        }
        return texts;
    }

    private String filled(Use use, Map<String, ParameterValue> values, Problems problems) {
        return NAME.matcher(text).replaceAll(name -> {
            ParameterValue value = values.get(name.group(1));
            String shown = value == null ? "" : value.shown();
            if (use.pattern.matcher(shown).find()) {
                problems.add(source.problem(
                        offset,
                        length,
                        "parameter '" + name.group(1) + "' has " + use.refused + ", which it cannot have here"));
            }
            return Matcher.quoteReplacement(shown);
        });
    }
}
