package org.flowstream.click;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A configuration as elements and connections: no compound elements, no variables, every element with a name. */
public final class Graph {
    /** How much of the configuration is in a graph. */
    public enum State {
        /** All of it, and nothing was reported. */
        WHOLE,
        /** All of it, but something was reported: an element may be of an unknown class. */
        FAULTY,
        /** Statements are missing, so that what is connected cannot be told. */
        CUT
    }

    private final List<GraphElement> elements;
    private final List<Connection> connections;
    private final List<String> requirements;
    private final State state;
    private final Map<String, GraphElement> byName = new HashMap<>();

    /**
     * A graph.
     *
     * @param elements in the order in which Click numbers them
     * @param connections by index into {@code elements}; no two are alike
     * @param requirements what it requires, such as {@code package "x"}
     * @param state what can be said of it
     */
    public Graph(List<GraphElement> elements, List<Connection> connections, List<String> requirements, State state) {
        this.elements = List.copyOf(elements);
        this.connections = List.copyOf(connections);
        this.requirements = List.copyOf(requirements);
        this.state = state;
        elements.forEach(it -> byName.putIfAbsent(it.name(), it));
    }

    public List<GraphElement> elements() {
        return elements;
    }

    public List<Connection> connections() {
        return connections;
    }

    public List<String> requirements() {
        return requirements;
    }

    public State state() {
        return state;
    }

    public Optional<GraphElement> element(String name) {
        return Optional.ofNullable(byName.get(name));
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
