package org.flowstream.trace;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.flowstream.control.Handlers;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementLibrary;
import org.flowstream.image.Manifest;
import org.flowstream.template.ParameterValue;

/** The elements of an image in words: what they are called, which rule is which, who set it, and what they remember. */
final class Elements {
    private static final String AS_MANY_AS_RULES = "=arguments";

    private final Manifest manifest;
    private final ElementLibrary library;
    private final LiveState state;
    private final Map<String, Manifest.Element> byName = new HashMap<>();

    Elements(Manifest manifest, ElementLibrary library, LiveState state) {
        this.manifest = manifest;
        this.library = library;
        this.state = state;
        manifest.elements().forEach(element -> byName.putIfAbsent(element.name(), element));
    }

    /** Its class where the configuration gives it no name. */
    String label(String element) {
        int from = element.lastIndexOf('/') + 1;
        int end = element.indexOf('@', from);
        return end < 0 ? element : element.substring(0, from) + element.substring(from, end);
    }

    String className(String element) {
        return Optional.ofNullable(byName.get(element))
                .map(Manifest.Element::className)
                .orElse("");
    }

    /** {@code firewall.click:7}; empty when that is not known. */
    String place(String element) {
        return Optional.ofNullable(byName.get(element))
                .filter(known -> !known.file().isEmpty())
                .map(known -> known.file() + ":" + known.line())
                .orElse("");
    }

    /** A rule with its number from 0: {@code rule 1 'deny all'}. */
    String rule(String element, int number) {
        List<String> rules = rules(element);
        return "rule " + number + (number < rules.size() ? " '" + rules.get(number) + "'" : "");
    }

    /** The pattern that leads to an output, of a class that has one output for each; else empty. */
    String pattern(String element, int output) {
        boolean matches = library.find(className(element))
                .map(type -> type.ports().endsWith(AS_MANY_AS_RULES))
                .orElse(false);
        return matches && output < rules(element).size() ? rule(element, output) : "";
    }

    /** The rules as they are now. */
    private List<String> rules(String element) {
        Manifest.Element known = byName.get(element);
        if (known == null) {
            return List.of();
        }
        return state.config(element)
                .filter(text -> !known.rules().isEmpty())
                .map(Handlers::arguments)
                .orElse(known.rules());
    }

    /** Who set a rule: a parameter of the template, somebody by the handler, or (empty) the template itself. */
    String setBy(String element, int number) {
        Manifest.Element known = byName.get(element);
        if (known == null || known.rules().isEmpty()) {
            return "";
        }
        if (!rules(element).equals(known.rules())) {
            return "written while it runs";
        }
        Set<String> found = new TreeSet<>();
        int longest = 0;
        for (Map.Entry<String, ParameterValue> each : manifest.parameters().entrySet()) {
            List<String> items = each.getValue() instanceof ParameterValue.ListValue list
                    ? list.items().stream().map(ParameterValue::shown).toList()
                    : List.of();
            int from = Collections.indexOfSubList(known.rules(), items);
            if (items.size() >= Math.max(1, longest) && from >= 0 && number >= from && number < from + items.size()) {
                if (items.size() > longest) {
                    found.clear();
                }
                longest = items.size();
                found.add("set by parameter " + each.getKey() + "[" + (number - from) + "]");
            }
        }
        // Of lists that say the same, nobody can tell which one is here.
        return found.size() == 1 ? found.iterator().next() : "";
    }

    /** Whether what it does depends on packets before this one, or may: {@code NAME :: CLASS}; empty when it does not. */
    Optional<String> remembers(String element) {
        Optional<ElementClass> type = library.find(className(element));
        boolean remembers = type.isEmpty()
                || type.get()
                        .effects()
                        .map(effects -> effects.contains("keeps-state"))
                        .orElse(true);
        return remembers ? Optional.of(label(element) + " :: " + className(element)) : Optional.empty();
    }

    /** Whether packets wait in it, so that others would be before this one. */
    boolean delays(String element) {
        return library.find(className(element))
                .flatMap(ElementClass::effects)
                .filter(effects -> effects.contains("delays"))
                .isPresent();
    }
}
