package org.flowstream.lowering;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.flowstream.click.Connection;
import org.flowstream.click.Graph;
import org.flowstream.click.GraphElement;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementLibrary;
import org.flowstream.problem.Place;
import org.flowstream.problem.Position;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.flowstream.problem.Telling;
import org.flowstream.problem.Telling.Stage;

/**
 * Checks push and pull, as Click does (Kohler et al., ACM TOCS 18(3), 2000, section 2.3): both ends of a connection are
 * alike; ports that a class leaves open take what they are connected to, and within the element pass it on to the open
 * ports that packets go to or come from.
 */
final class ProcessingChecker {
    private static final char AGNOSTIC = 'a';
    private static final char PULL = 'l';
    private static final char PUSH = 'h';
    /** Of an unknown class nothing follows. */
    private static final String NO_FLOW = "x/y";

    /** The ports of one element: h, l, or a while it is not decided. */
    private static final class Ports {
        private final char[] inputs;
        private final char[] outputs;

        Ports(Optional<ElementClass> type, int inputCount, int outputCount) {
            inputs = new char[inputCount];
            outputs = new char[outputCount];
            for (int port = 0; port < inputCount; port++) {
                inputs[port] = type.isEmpty() ? AGNOSTIC : type.get().inputProcessing(port);
            }
            for (int port = 0; port < outputCount; port++) {
                outputs[port] = type.isEmpty() ? AGNOSTIC : type.get().outputProcessing(port);
            }
        }
    }

    /** A connection, or the way from an open input of an element to an open output, along which both are alike. */
    private record Way(int from, int fromPort, int to, int toPort, boolean within, Place place) {}

    private record Port(int element, int number, boolean output) {}

    private final Graph graph;
    private final List<Connection> connections;
    private final List<Ports> ports = new ArrayList<>();
    private final Problems problems;
    private final Map<Port, List<Way>> waysOf = new HashMap<>();
    private final Deque<Way> waiting = new ArrayDeque<>();

    /**
     * A checker.
     *
     * @param connections those of the graph whose ports are there, in Click's order
     */
    ProcessingChecker(
            Graph graph,
            List<Connection> connections,
            ElementLibrary library,
            int[] inputs,
            int[] outputs,
            Problems problems) {
        this.graph = graph;
        this.connections = connections;
        this.problems = problems;
        for (int i = 0; i < graph.elements().size(); i++) {
            ports.add(new Ports(library.find(graph.elements().get(i).className()), inputs[i], outputs[i]));
        }
        for (Connection it : connections) {
            add(new Way(it.from(), it.fromPort(), it.to(), it.toPort(), false, it.place()));
        }
        for (int i = 0; i < ports.size(); i++) {
            GraphElement element = graph.elements().get(i);
            String flow =
                    library.find(element.className()).map(ElementClass::flow).orElse(NO_FLOW);
            addWithin(i, flow, element.place());
        }
    }

    private void addWithin(int element, String code, Place place) {
        Ports each = ports.get(element);
        FlowCode flow = FlowCode.parse(code);
        for (int in = 0; in < each.inputs.length; in++) {
            for (int out = 0; each.inputs[in] == AGNOSTIC && out < each.outputs.length; out++) {
                if (each.outputs[out] == AGNOSTIC && flow.flows(in, out)) {
                    add(new Way(element, out, element, in, true, place));
                }
            }
        }
    }

    private void add(Way way) {
        waiting.add(way);
        waysOf.computeIfAbsent(new Port(way.from, way.fromPort, true), port -> new ArrayList<>(2))
                .add(way);
        waysOf.computeIfAbsent(new Port(way.to, way.toPort, false), port -> new ArrayList<>(2))
                .add(way);
    }

    /** Decides open ports, and reports where push and pull meet. */
    void check() {
        Set<Way> wrong = new HashSet<>();
        while (!waiting.isEmpty()) {
            Way way = waiting.poll();
            char[] outputs = ports.get(way.from).outputs;
            char[] inputs = ports.get(way.to).inputs;
            char from = outputs[way.fromPort];
            char to = inputs[way.toPort];
            if (to == AGNOSTIC && from != AGNOSTIC) {
                inputs[way.toPort] = from;
                waiting.addAll(waysOf.getOrDefault(new Port(way.to, way.toPort, false), List.of()));
            } else if (to != AGNOSTIC && from == AGNOSTIC) {
                outputs[way.fromPort] = to;
                waiting.addAll(waysOf.getOrDefault(new Port(way.from, way.fromPort, true), List.of()));
            } else if (to != from && wrong.add(way)) {
                report(way, from);
            }
        }
    }

    /** What has been decided. */
    PortKinds kinds() {
        return new PortKinds(
                ports.stream().map(it -> kinds(it.inputs)).toList(),
                ports.stream().map(it -> kinds(it.outputs)).toList());
    }

    private static List<PortKinds.Kind> kinds(char[] letters) {
        return new String(letters)
                .chars()
                .mapToObj(it ->
                        it == PUSH ? PortKinds.Kind.PUSH : it == PULL ? PortKinds.Kind.PULL : PortKinds.Kind.AGNOSTIC)
                .toList();
    }

    private void report(Way way, char from) {
        String type = word(from);
        String other = from == PUSH ? "pull" : "push";
        String message = way.within
                ? "agnostic " + shown(way.from) + " in mixed context: " + other + " input " + way.toPort + ", " + type
                        + " output " + way.fromPort
                : shown(way.from) + " " + type + " output " + way.fromPort + " connected to " + shown(way.to) + " "
                        + other + " input " + way.toPort;
        problems.add(way.place.problem(message).withTelling(new Telling(Stage.PROCESSING, Position.of(""), 0)));
    }

    private String shown(int element) {
        return graph.elements().get(element).shown();
    }

    /** A push output has one place to push to, a pull input one place to pull from. */
    void checkSharing() {
        Map<Port, Connection> first = new HashMap<>();
        List<Problem> outputs = new ArrayList<>();
        for (Connection connection : connections) {
            boolean pull = ports.get(connection.from()).outputs[connection.fromPort()] == PULL;
            Port port = pull
                    ? new Port(connection.to(), connection.toPort(), false)
                    : new Port(connection.from(), connection.fromPort(), true);
            Connection before = first.putIfAbsent(port, connection);
            if (before != null) {
                Problem problem = connection
                        .place()
                        .problem("illegal reuse of " + shown(port.element) + (pull ? " pull input " : " push output ")
                                + port.number)
                        .withHint("it is connected first at " + before.position())
                        .withTelling(new Telling(
                                Stage.COMPLETENESS,
                                graph.elements().get(port.element).position(),
                                0));
                if (pull) {
                    problems.add(problem);
                } else {
                    outputs.add(problem);
                }
            }
        }
        problems.addAll(outputs);
    }

    private static String word(char letter) {
        return letter == PULL ? "pull" : letter == PUSH ? "push" : "agnostic";
    }
}
