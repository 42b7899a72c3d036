package org.flowstream.click;

import java.util.List;
import java.util.Optional;

/**
 * A configuration as elements and connections: no compound elements, no variables, every element with a name.
 *
 * @param elements in the order in which Click numbers them
 * @param connections by index into {@code elements}; no two are alike
 */
public record Graph(List<GraphElement> elements, List<Connection> connections) {
    public Graph {
        elements = List.copyOf(elements);
        connections = List.copyOf(connections);
    }

    public Optional<GraphElement> element(String name) {
        return elements.stream().filter(it -> it.name().equals(name)).findFirst();
    }

    /** {@code a [1] -> [0] b}, for messages. */
    public String text(Connection connection) {
        return elements.get(connection.from()).name() + " [" + connection.fromPort() + "] -> [" + connection.toPort()
                + "] " + elements.get(connection.to()).name();
    }
}
