package org.flowstream.image;

import java.util.Arrays;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.flowstream.click.Graph;
import org.flowstream.click.GraphElement;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementLibrary;

/**
 * What a configuration may do to packets, from what its elements may do: the union, since which packets reach which
 * element is not looked at. {@code unknown} means anything.
 */
final class Effects {
    private static final String UNKNOWN = "unknown";
    private static final int BUMP_DEVICES = 2;

    private Effects() {}

    static SortedSet<String> of(Graph graph, ElementLibrary library, int devices) {
        SortedSet<String> effects = new TreeSet<>();
        effects.add("observe");
        // With two devices a packet that passes leaves by the other one; with more, the configuration chooses.
        if (devices > BUMP_DEVICES) {
            effects.add("redirect");
        }
        for (GraphElement element : graph.elements()) {
            Optional<String> text = library.find(element.className()).flatMap(ElementClass::effects);
            if (text.isEmpty()) {
                return new TreeSet<>(java.util.List.of(UNKNOWN));
            }
            Arrays.stream(text.get().split(";"))
                    .map(String::strip)
                    .filter(clause -> !clause.isEmpty())
                    .forEach(clause -> add(clause, effects));
        }
        return effects;
    }

    private static void add(String clause, SortedSet<String> effects) {
        String[] words = clause.split("\\s+");
        switch (words[0]) {
            case "writes" -> {
                // Annotations and the length (padding taken off) are not seen outside as a change of the packet.
                if (Arrays.stream(words)
                        .skip(1)
                        .anyMatch(it -> !it.startsWith("annotation.") && !it.equals("length"))) {
                    effects.add("rewrite");
                }
            }
            case "splits", "merges" -> effects.add("rewrite");
            case "drops" -> effects.add("drop");
            case "copies" -> effects.add("copy");
            case "originates", "acknowledges" -> effects.add("originate");
            case "reads", "delays", "reorders", "keeps-state" -> {
                // seen, kept or late, but not changed
            }
            default -> effects.add(UNKNOWN);
        }
    }
}
