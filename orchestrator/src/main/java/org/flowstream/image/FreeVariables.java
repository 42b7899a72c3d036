package org.flowstream.image;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.click.ConfigText;
import org.flowstream.click.Graph;
import org.flowstream.click.GraphElement;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.flowstream.problem.Suggestion;
import org.flowstream.template.Parameter;
import org.flowstream.template.Template;

/**
 * Variables that are left in a configuration once it is elaborated: neither a parameter of the template, nor defined in
 * the configuration. Click leaves them as they stand; in a template they are spelling mistakes.
 */
final class FreeVariables {
    private static final Pattern VARIABLE =
            Pattern.compile("\\$(?:([A-Za-z_][A-Za-z0-9_]*)|\\{([A-Za-z_][A-Za-z0-9_]*)\\})");

    private FreeVariables() {}

    /** Adds a problem for each. */
    static void check(Graph graph, Template template, Problems problems) {
        List<String> known =
                template.parameters().stream().map(Parameter::name).sorted().toList();
        for (GraphElement element : graph.elements()) {
            for (Found found : in(element.config())) {
                String hint = Suggestion.nearest(found.name(), known)
                        .map(it -> "did you mean '$" + it + "'?")
                        .orElse("");
                problems.add(element.config()
                        .problem(found.start(), found.end(), "unknown parameter '$" + found.name() + "'")
                        .withContext(element.context())
                        .withHint(hint));
            }
        }
    }

    /** The problems without those that follow from an unknown variable: they underline one, or stand within one. */
    static List<Problem> withoutConsequences(List<Problem> problems, Graph graph) {
        List<Problem> variables = graph.elements().stream()
                .flatMap(element -> in(element.config()).stream()
                        .map(found -> element.config().problem(found.start(), found.end(), "")))
                .toList();
        return problems.stream()
                .filter(problem -> variables.stream().noneMatch(it -> overlap(problem, it)))
                .toList();
    }

    private static boolean overlap(Problem a, Problem b) {
        return a.position().file().equals(b.position().file())
                && a.position().line() == b.position().line()
                && a.position().column() < b.position().column() + b.length()
                && b.position().column() < a.position().column() + a.length();
    }

    private record Found(String name, int start, int end) {}

    private static List<Found> in(ConfigText config) {
        List<Found> found = new ArrayList<>();
        Matcher matcher = VARIABLE.matcher(config.text());
        while (matcher.find()) {
            boolean given = !config.variable(matcher.start()).isEmpty();
            boolean escaped = matcher.start() > 0 && config.charAt(matcher.start() - 1) == '\\';
            if (!given && !escaped) {
                String name = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
                found.add(new Found(name, matcher.start(), matcher.end()));
            }
        }
        return found;
    }
}
