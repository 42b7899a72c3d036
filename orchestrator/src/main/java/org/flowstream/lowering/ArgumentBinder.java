package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.flowstream.click.ConfigText;
import org.flowstream.click.GraphElement;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementClass.Argument;
import org.flowstream.element.ElementClass.Kind;

/** Finds for each argument that a class declares what an element gives for it: by place or by keyword. */
final class ArgumentBinder {
    private final GraphElement element;
    private final List<Argument> declared;
    private final Reporter reporter;
    private final Map<Integer, List<ConfigText>> bound = new TreeMap<>();

    private ArgumentBinder(GraphElement element, ElementClass type, Reporter reporter) {
        this.element = element;
        this.declared = type.args();
        this.reporter = reporter;
    }

    /** By the argument's place among those declared, what was given; a repeated argument is always there. */
    static Map<Integer, List<ConfigText>> bind(GraphElement element, ElementClass type, Reporter reporter) {
        ArgumentBinder binder = new ArgumentBinder(element, type, reporter);
        binder.bind();
        return binder.bound;
    }

    private void bind() {
        List<ConfigText> inOrder = new ArrayList<>();
        for (ConfigText given : element.arguments()) {
            if (!bindKeyword(given)) {
                inOrder.add(given);
            }
        }
        int next = 0;
        for (int i = 0; i < declared.size(); i++) {
            switch (declared.get(i).kind()) {
                case POSITIONAL, OPTIONAL -> {
                    if (!bound.containsKey(i) && next < inOrder.size()) {
                        bound.put(i, List.of(inOrder.get(next)));
                        next++;
                    }
                }
                case REST -> {
                    bound.put(i, List.copyOf(inOrder.subList(Math.min(next, inOrder.size()), inOrder.size())));
                    next = inOrder.size();
                }
                case KEYWORD -> {}
            }
        }
        for (ConfigText extra : inOrder.subList(Math.min(next, inOrder.size()), inOrder.size())) {
            reportExtra(extra);
        }
        takeOthersText();
        for (int i = 0; i < declared.size(); i++) {
            Argument argument = declared.get(i);
            if (argument.kind() == Kind.POSITIONAL && !bound.containsKey(i)) {
                reporter.report(element.place(), "missing argument " + argument.name() + " (" + argument.type() + ")");
            }
        }
    }

    /** An argument whose default is {@code =NAME} and that is not given has what is given for that one. */
    private void takeOthersText() {
        for (int i = 0; i < declared.size(); i++) {
            String fallback = declared.get(i).fallback();
            if (!bound.containsKey(i) && fallback != null && fallback.startsWith("=")) {
                for (int other = 0; other < declared.size(); other++) {
                    List<ConfigText> given = bound.get(other);
                    if (given != null && declared.get(other).name().equals(fallback.substring(1))) {
                        bound.put(i, given);
                    }
                }
            }
        }
    }

    /** Binds {@code KEYWORD VALUE}; false when the text does not begin with the name of an argument. */
    private boolean bindKeyword(ConfigText given) {
        Optional<ConfigText> word = keyword(given);
        if (word.isEmpty()) {
            return false;
        }
        for (int i = 0; i < declared.size(); i++) {
            Argument argument = declared.get(i);
            if (argument.kind() != Kind.REST
                    && argument.name().equals(word.get().text())) {
                ConfigText value =
                        given.substring(word.get().length(), given.length()).trim();
                if (bound.put(i, List.of(value)) != null) {
                    reporter.report(given, "argument " + argument.name() + " is given twice");
                }
                return true;
            }
        }
        return false;
    }

    /** The first of several words, when it could be a keyword. */
    private static Optional<ConfigText> keyword(ConfigText given) {
        int end = 0;
        while (end < given.length() && isKeywordCharacter(given.charAt(end))) {
            end++;
        }
        boolean several = end > 0 && end < given.length() && Character.isWhitespace(given.charAt(end));
        return several ? Optional.of(given.substring(0, end)) : Optional.empty();
    }

    private static boolean isKeywordCharacter(char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }

    private void reportExtra(ConfigText extra) {
        Optional<ConfigText> word = keyword(extra);
        List<String> names = declared.stream()
                .filter(it -> it.kind() != Kind.REST)
                .map(Argument::name)
                .toList();
        if (word.isPresent() && word.get().text().matches("[A-Z][A-Z0-9_]*")) {
            reporter.reportUnknown(
                    extra,
                    0,
                    word.get().length(),
                    "unknown keyword '" + word.get().text() + "'"
                            + (names.isEmpty() ? "" : ": expected " + String.join(", ", names)),
                    names);
            return;
        }
        long most = declared.stream().filter(it -> it.kind() != Kind.KEYWORD).count();
        reporter.report(
                extra,
                "too many arguments: '" + extra.text() + "' is one more than the "
                        + (most == 0 ? "none" : Long.toString(most)) + " that can be given without a keyword");
    }

    /** How many repeated arguments an element gives, for port counts that depend on it. */
    static int repeated(ElementClass type, Map<Integer, List<ConfigText>> bound) {
        for (int i = 0; i < type.args().size(); i++) {
            if (type.args().get(i).kind() == Kind.REST) {
                return bound.getOrDefault(i, List.of()).size();
            }
        }
        return 0;
    }
}
