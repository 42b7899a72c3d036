package org.flowstream.click;

import java.util.List;
import java.util.Optional;

/**
 * A configuration as elements and connections: no compound elements, no variables, every element with a name.
 *
 * @param elements in the order in which Click numbers them
 * @param connections by index into {@code elements}; no two are alike
 * @param state what can be said of it
 */
public record Graph(List<GraphElement> elements, List<Connection> connections, State state) {
    /** How much of the configuration is in a graph. */
    public enum State {
        /** All of it, and nothing was reported. */
        WHOLE,
        /** All of it, but something was reported: an element may be of an unknown class. */
        FAULTY,
        /** Statements are missing, so that what is connected cannot be told. */
        CUT
    }

    public Graph {
        elements = List.copyOf(elements);
        connections = List.copyOf(connections);
    }

    public Optional<GraphElement> element(String name) {
        return elements.stream().filter(it -> it.name().equals(name)).findFirst();
    }

    /** The graph as a Click configuration without compound elements and variables. */
    public String flat() {
        return FlatConfig.of(this);
    }

    /** {@code a [1] -> [0] b}, for messages. */
    public String text(Connection connection) {
        return elements.get(connection.from()).name() + " [" + connection.fromPort() + "] -> [" + connection.toPort()
                + "] " + elements.get(connection.to()).name();
    }
}
