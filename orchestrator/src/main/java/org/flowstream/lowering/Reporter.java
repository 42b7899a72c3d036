package org.flowstream.lowering;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.flowstream.click.ConfigText;
import org.flowstream.click.GraphElement;
import org.flowstream.element.ElementClass;
import org.flowstream.problem.Place;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.flowstream.problem.Suggestion;
import org.flowstream.problem.Telling;

/** Reports what is wrong with one element, in Click's words for it. */
final class Reporter {
    private final GraphElement element;
    private final String prefix;
    private final Problems problems;

    Reporter(GraphElement element, Problems problems) {
        this(element, "", problems);
    }

    private Reporter(GraphElement element, String prefix, Problems problems) {
        this.element = element;
        this.prefix = prefix;
        this.problems = problems;
    }

    /** A reporter whose messages begin with these words. */
    Reporter within(String words) {
        return new Reporter(element, prefix + words + ": ", problems);
    }

    void report(ConfigText text, int from, int to, String message) {
        add(text.problem(from, to, prefix + message));
    }

    void report(ConfigText text, String message) {
        add(text.problem(prefix + message));
    }

    void report(Place place, String message) {
        add(place.problem(prefix + message));
    }

    /** With a hint, before those that the text brings along. */
    void reportHinted(ConfigText text, String message, String hint) {
        Problem problem = text.problem(prefix + message);
        add(problem.withHint(problem.hint().isEmpty() ? hint : hint + "; " + problem.hint()));
    }

    /** With the nearest of the known words, when there is one. */
    void reportUnknown(ConfigText text, int from, int to, String message, Collection<String> known) {
        Problem problem = text.problem(from, to, prefix + message);
        String hint = Suggestion.hint(text.text().substring(from, to), known);
        String both = problem.hint().isEmpty() || hint.isEmpty() ? problem.hint() + hint : problem.hint() + "; " + hint;
        add(problem.withHint(both));
    }

    /** Texts that no argument takes: an unknown keyword, or one text too many. */
    void reportExtra(List<ConfigText> extra, ElementClass type) {
        List<String> names = type.args().stream()
                .filter(it -> it.kind() != ElementClass.Kind.REST)
                .map(ElementClass.Argument::name)
                .toList();
        Optional<ConfigText> tooMany = Optional.empty();
        for (ConfigText text : extra) {
            int length = ArgumentBinder.keywordLength(text);
            if (length == 0) {
                tooMany = tooMany.isPresent() ? tooMany : Optional.of(text);
                continue;
            }
            String word = text.text().substring(0, length);
            reportUnknown(text, 0, length, word + ": unknown argument", names);
        }
        if (tooMany.isPresent()) {
            long most = type.args().stream()
                    .filter(it -> it.kind() != ElementClass.Kind.KEYWORD)
                    .count();
            add(tooMany.get()
                    .problem("too many arguments")
                    .withHint((most == 0 ? "none" : Long.toString(most)) + " can be given without a keyword"));
        }
    }

    private void add(Problem problem) {
        problems.add(problem.withContext(element.context())
                .withTelling(new Telling(Telling.Stage.CONFIGURE, element.position(), 0)));
    }
}
