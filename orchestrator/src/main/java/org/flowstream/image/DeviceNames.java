package org.flowstream.image;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.Graph;
import org.flowstream.click.GraphElement;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementClass.Argument;
import org.flowstream.element.ElementLibrary;

/** The devices that a configuration names: its arguments of type {@code device}. */
final class DeviceNames {
    private static final String TYPE = "device";

    private DeviceNames() {}

    /** The names, in the order in which the configuration uses them. */
    static Set<String> in(Graph graph, ElementLibrary library) {
        Set<String> names = new LinkedHashSet<>();
        for (GraphElement element : graph.elements()) {
            Optional<ElementClass> type = library.find(element.className());
            if (type.isPresent()) {
                GivenArguments given = new GivenArguments(element, type.get());
                for (Argument argument : type.get().args()) {
                    if (argument.type().equals(TYPE)) {
                        given.of(argument)
                                .map(it -> ConfigStrings.unquote(it).text())
                                .ifPresent(names::add);
                    }
                }
            }
        }
        return names;
    }
}
