package org.flowstream.lowering;

import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.click.ConfigText;
import org.flowstream.click.Connection;
import org.flowstream.click.Graph;
import org.flowstream.click.GraphElement;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementLibrary;
import org.flowstream.element.PortRange;
import org.flowstream.problem.Place;
import org.flowstream.problem.Problems;
import org.flowstream.problem.Telling;
import org.flowstream.problem.Telling.Stage;

/**
 * Checks how the elements of a graph are connected, in Click's order and words: that each has a number of ports that its
 * class allows, that packets cross each connection in one way, pushed or pulled, and that every port is connected.
 */
public final class GraphChecker {
    private static final int INPUT = 0;
    private static final int OUTPUT = 1;

    /** How Click sorts connections. */
    private static final Comparator<Connection> ORDER = Comparator.comparingInt(Connection::to)
            .thenComparingInt(Connection::toPort)
            .thenComparingInt(Connection::from)
            .thenComparingInt(Connection::fromPort);

    private final Graph graph;
    private final ElementLibrary library;
    private final Problems problems;
    private final List<Connection> connections;
    private final int[][] counts;
    private final PortRange[][] ranges;

    private GraphChecker(Graph graph, ElementLibrary library, Problems problems) {
        this.graph = graph;
        this.library = library;
        this.problems = problems;
        this.connections = graph.connections().stream().sorted(ORDER).toList();
        this.counts = new int[2][graph.elements().size()];
        this.ranges = new PortRange[2][graph.elements().size()];
    }

    /** Reports everything that is wrong with the graph's connections, unless statements are missing from it. */
    public static void check(Graph graph, ElementLibrary library, Problems problems) {
        ports(graph, library, problems);
    }

    /** The same; answers how many inputs and outputs each element has. */
    static PortCounts ports(Graph graph, ElementLibrary library, Problems problems) {
        Problems found = graph.state() == Graph.State.CUT ? new Problems() : problems;
        GraphChecker checker = new GraphChecker(graph, library, found);
        checker.processing().checkSharing();
        checker.checkUnused(INPUT);
        checker.checkUnused(OUTPUT);
        return new PortCounts(checker.counts[INPUT], checker.counts[OUTPUT]);
    }

    /** The ports of each element, and how packets cross them; what is wrong with them is not said. */
    public static PortKinds kinds(Graph graph, ElementLibrary library) {
        return new GraphChecker(graph, library, new Problems()).processing().kinds();
    }

    /** Counts ports, holds the numbers against the classes, and decides which ports push and which pull. */
    private ProcessingChecker processing() {
        count();
        for (int i = 0; i < graph.elements().size(); i++) {
            range(i);
        }
        List<Connection> right = connections.stream().filter(this::isInRange).toList();
        ProcessingChecker processing =
                new ProcessingChecker(graph, right, library, counts[INPUT], counts[OUTPUT], problems);
        processing.check();
        return processing;
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
        for (Connection connection : connections) {
            counts[OUTPUT][connection.from()] = Math.max(counts[OUTPUT][connection.from()], connection.fromPort() + 1);
            counts[INPUT][connection.to()] = Math.max(counts[INPUT][connection.to()], connection.toPort() + 1);
        }
    }

    private void range(int index) {
        GraphElement element = graph.elements().get(index);
        Optional<ElementClass> type = library.find(element.className());
        PortRange any = new PortRange(0, PortRange.MOST, false);
        ranges[INPUT][index] = any;
        ranges[OUTPUT][index] = any;
        if (type.isEmpty()) {
            if (graph.state() == Graph.State.WHOLE) {
                problems.add(element.place().problem("unknown element class '" + element.className() + "'"));
            }
            return;
        }
        range(index, INPUT, type.get().inputs(), type.get());
        range(index, OUTPUT, type.get().outputs(), type.get());
    }

    private void range(int index, int side, PortRange range, ElementClass type) {
        GraphElement element = graph.elements().get(index);
        if (!range.perArgument()) {
            ranges[side][index] = range;
            counts[side][index] = Math.min(Math.max(counts[side][index], range.least()), range.most());
            return;
        }
        Map<Integer, List<ConfigText>> bound =
                ArgumentBinder.bind(element, type).values();
        int wanted = ArgumentBinder.repeated(type, bound);
        int used = counts[side][index];
        if (used != wanted) {
            problems.add(element.place()
                    .problem("need " + used + " arguments, one per " + noun(side) + " port")
                    .withContext(element.context())
                    .withHint(
                            (used < wanted ? noun(side) + " " + used + " is not connected" : "too many ports are used")
                                    + ", it has " + new PortRange(wanted, wanted, false).text(noun(side))));
        }
    }

    private static String noun(int side) {
        return side == INPUT ? "input" : "output";
    }

    private boolean isInRange(Connection connection) {
        boolean input = isInRange(connection, connection.to(), INPUT, connection.toPort());
        return isInRange(connection, connection.from(), OUTPUT, connection.fromPort()) && input;
    }

    private boolean isInRange(Connection connection, int element, int side, int port) {
        PortRange range = ranges[side][element];
        if (port < range.most()) {
            return true;
        }
        tell(
                connection.place(),
                element,
                Stage.PORTS,
                shown(element) + " has no " + noun(side) + " " + port,
                "it has " + range.text(noun(side)));
        return false;
    }

    private String shown(int element) {
        return graph.elements().get(element).shown();
    }

    private void checkUnused(int side) {
        BitSet[] connected = new BitSet[counts[side].length];
        for (Connection connection : connections) {
            int element = side == INPUT ? connection.to() : connection.from();
            connected[element] = connected[element] == null ? new BitSet() : connected[element];
            connected[element].set(side == INPUT ? connection.toPort() : connection.fromPort());
        }
        for (int element = 0; element < connected.length; element++) {
            BitSet ports = connected[element] == null ? new BitSet() : connected[element];
            int count = counts[side][element];
            for (int port = ports.nextClearBit(0); port < count; port = ports.nextClearBit(port + 1)) {
                tell(
                        graph.elements().get(element).place(),
                        element,
                        Stage.COMPLETENESS,
                        shown(element) + " " + noun(side) + " " + port + " unused",
                        "it has " + ranges[side][element].text(noun(side)));
            }
        }
    }

    private void tell(Place at, int element, Stage stage, String message, String hint) {
        problems.add(at.problem(message)
                .withHint(hint)
                .withTelling(new Telling(stage, graph.elements().get(element).position(), 0)));
    }
}
