package org.flowstream.lowering;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.flowstream.click.ConfigText;
import org.flowstream.click.Connection;
import org.flowstream.click.Graph;
import org.flowstream.click.GraphElement;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementLibrary;
import org.flowstream.element.PortRange;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;

/**
 * Checks how the elements of a graph are connected: that each has a number of ports that its class allows, that every
 * port is connected, and that packets cross each connection in one way, pushed or pulled.
 */
public final class GraphChecker {
    private static final int INPUT = 0;
    private static final int OUTPUT = 1;

    private final Graph graph;
    private final ElementLibrary library;
    private final Problems problems;
    private final int[][] counts;

    private GraphChecker(Graph graph, ElementLibrary library, Problems problems) {
        this.graph = graph;
        this.library = library;
        this.problems = problems;
        this.counts = new int[2][graph.elements().size()];
    }

    /** Reports everything that is wrong with the graph's connections, unless statements are missing from it. */
    public static void check(Graph graph, ElementLibrary library, Problems problems) {
        ports(graph, library, problems);
    }

    /** The same; answers how many inputs and outputs each element has. */
    static PortCounts ports(Graph graph, ElementLibrary library, Problems problems) {
        Problems found = graph.state() == Graph.State.CUT ? new Problems() : problems;
        GraphChecker checker = new GraphChecker(graph, library, found);
        checker.count();
        for (int i = 0; i < graph.elements().size(); i++) {
            checker.checkElement(i);
        }
        new ProcessingChecker(graph, library, checker.counts[INPUT], checker.counts[OUTPUT], found).check();
        return new PortCounts(checker.counts[INPUT], checker.counts[OUTPUT]);
    }

    /** How many ports the elements of a graph have, by the element's index. */
    static final class PortCounts {
        private final int[] inputs;
        private final int[] outputs;

        PortCounts(int[] inputs, int[] outputs) {
            this.inputs = inputs.clone();
            this.outputs = outputs.clone();
        }

        int inputs(int element) {
            return inputs[element];
        }

        int outputs(int element) {
            return outputs[element];
        }
    }

    private void count() {
        for (Connection connection : graph.connections()) {
            counts[OUTPUT][connection.from()] = Math.max(counts[OUTPUT][connection.from()], connection.fromPort() + 1);
            counts[INPUT][connection.to()] = Math.max(counts[INPUT][connection.to()], connection.toPort() + 1);
        }
    }

    private void checkElement(int index) {
        GraphElement element = graph.elements().get(index);
        Optional<ElementClass> type = library.find(element.className());
        if (type.isEmpty()) {
            if (graph.state() == Graph.State.WHOLE) {
                problems.add(element.place().problem("unknown element class '" + element.className() + "'"));
            }
            return;
        }
        Map<Integer, List<ConfigText>> bound =
                ArgumentBinder.bind(element, type.get(), new Reporter(element, new Problems()));
        int repeated = ArgumentBinder.repeated(type.get(), bound);
        checkSide(index, INPUT, type.get().inputs().of(repeated));
        checkSide(index, OUTPUT, type.get().outputs().of(repeated));
    }

    private void checkSide(int index, int side, PortRange range) {
        GraphElement element = graph.elements().get(index);
        String noun = side == INPUT ? "input" : "output";
        String shown = "'" + element.name() + " :: " + element.className() + "'";
        int used = counts[side][index];
        if (used > range.most()) {
            for (Connection connection : graph.connections()) {
                int port = port(connection, index, side);
                if (port >= range.most()) {
                    problems.add(problemAt(
                            connection, shown + " has no " + noun + " " + port + ", it has " + range.text(noun)));
                }
            }
        }
        TreeSet<Integer> connected = new TreeSet<>();
        graph.connections().forEach(it -> connected.add(port(it, index, side)));
        int wanted = Math.min(Math.max(used, range.least()), range.most());
        for (int port = 0; port < wanted; port++) {
            if (!connected.contains(port)) {
                problems.add(element.place()
                        .problem(shown + " " + noun + " " + port + " is not connected, it has " + range.text(noun)));
            }
        }
        counts[side][index] = Math.max(used, range.least());
    }

    private static int port(Connection connection, int element, int side) {
        if (side == INPUT) {
            return connection.to() == element ? connection.toPort() : -1;
        }
        return connection.from() == element ? connection.fromPort() : -1;
    }

    private static Problem problemAt(Connection connection, String message) {
        return connection.place().problem(message);
    }
}
