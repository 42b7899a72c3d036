package org.flowstream.click;

import java.util.List;
import org.flowstream.problem.Place;
import org.flowstream.problem.Position;

/**
 * An element of the graph.
 *
 * @param name its name, with those of the compound elements around it: {@code outer/inner@1}
 * @param className the name of its class
 * @param config its whole configuration string, variables expanded; empty when it has none
 * @param arguments the arguments of that string, still quoted
 * @param place where it is declared
 */
public record GraphElement(String name, String className, ConfigText config, List<ConfigText> arguments, Place place) {
    public GraphElement {
        arguments = List.copyOf(arguments);
    }

    /** The configuration string as its {@code config} handler shows it. */
    public String configText() {
        return config.text();
    }

    public Position position() {
        return place.position();
    }

    /** Click's words for what was being done when this element's arguments are wrong. */
    public String context() {
        return "While configuring " + shown();
    }

    /** {@code 'NAME :: CLASS'}, as messages name it. */
    public String shown() {
        return "'" + name + " :: " + className + "'";
    }
}
