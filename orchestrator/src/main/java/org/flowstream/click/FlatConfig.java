package org.flowstream.click;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A graph as a Click configuration without compound elements: declarations, then chains of connections. */
final class FlatConfig {
    private record Port(int element, int number) {}

    private final Graph graph;
    private final List<Connection> connections;
    private final int[] next;
    private final boolean[] starts;
    private final boolean[] used;
    private final StringBuilder out = new StringBuilder();

    private FlatConfig(Graph graph) {
        this.graph = graph;
        this.connections = graph.connections().stream()
                .sorted(Comparator.comparingInt(Connection::to)
                        .thenComparingInt(Connection::toPort)
                        .thenComparingInt(Connection::from)
                        .thenComparingInt(Connection::fromPort))
                .toList();
        this.next = new int[connections.size()];
        this.starts = new boolean[connections.size()];
        this.used = new boolean[connections.size()];
    }

    static String of(Graph graph) {
        FlatConfig flat = new FlatConfig(graph);
        flat.requirements();
        flat.declarations();
        flat.link();
        flat.chains();
        return flat.out.toString();
    }

    private void requirements() {
        graph.requirements().forEach(it -> out.append("require(").append(it).append(");\n"));
        if (!graph.requirements().isEmpty()) {
            out.append('\n');
        }
    }

    private void declarations() {
        for (GraphElement element : graph.elements()) {
            out.append(element.name()).append(" :: ").append(element.className());
            if (!element.configText().isEmpty()) {
                out.append('(').append(element.configText()).append(')');
            }
            out.append(";\n");
        }
        if (!graph.elements().isEmpty()) {
            out.append('\n');
        }
    }

    /** Which connection goes on where another one ends: rather one to a first input. */
    private void link() {
        Map<Port, List<Integer>> byOutput = new HashMap<>();
        for (int i = 0; i < connections.size(); i++) {
            Connection it = connections.get(i);
            byOutput.computeIfAbsent(new Port(it.from(), it.fromPort()), port -> new ArrayList<>())
                    .add(i);
        }
        Arrays.fill(next, -1);
        Arrays.fill(starts, true);
        for (int i = 0; i < next.length; i++) {
            if (connections.get(i).toPort() != 0) {
                continue;
            }
            for (int candidate :
                    byOutput.getOrDefault(new Port(connections.get(i).to(), 0), List.of())) {
                if (candidate != i) {
                    next[i] = candidate;
                    if (connections.get(candidate).toPort() == 0) {
                        break;
                    }
                }
            }
            if (next[i] >= 0) {
                starts[next[i]] = false;
            }
        }
    }

    private void chains() {
        for (int i = 0; i < next.length; i++) {
            if (starts[i]) {
                chain(i);
            }
        }
        // What is left goes round in circles.
        for (int i = 0; i < next.length; i++) {
            chain(i);
        }
    }

    private void chain(int start) {
        if (used[start]) {
            return;
        }
        Connection first = connections.get(start);
        out.append(graph.elements().get(first.from()).name());
        if (first.fromPort() != 0) {
            out.append(" [").append(first.fromPort()).append(']');
        }
        for (int at = start; at >= 0 && !used[at]; at = next[at]) {
            Connection connection = connections.get(at);
            out.append(at == start ? " -> " : "\n    -> ");
            if (connection.toPort() != 0) {
                out.append('[').append(connection.toPort()).append("] ");
            }
            out.append(graph.elements().get(connection.to()).name());
            used[at] = true;
        }
        out.append(";\n");
    }
}
