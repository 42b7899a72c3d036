package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.click.Connection;
import org.flowstream.click.Graph;
import org.flowstream.click.GraphElement;
import org.flowstream.element.ElementClass;
import org.flowstream.element.ElementLibrary;
import org.flowstream.problem.Problems;

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
        private final FlowCode flow;
        private final char[] inputs;
        private final char[] outputs;
        private final boolean[] openInputs;
        private final boolean[] openOutputs;
        private boolean mixed;

        Ports(Optional<ElementClass> type, int inputCount, int outputCount) {
            flow = FlowCode.parse(type.map(ElementClass::flow).orElse(NO_FLOW));
            inputs = new char[inputCount];
            outputs = new char[outputCount];
            openInputs = new boolean[inputCount];
            openOutputs = new boolean[outputCount];
            for (int port = 0; port < inputCount; port++) {
                inputs[port] = type.isEmpty() ? AGNOSTIC : type.get().inputProcessing(port);
                openInputs[port] = inputs[port] == AGNOSTIC;
            }
            for (int port = 0; port < outputCount; port++) {
                outputs[port] = type.isEmpty() ? AGNOSTIC : type.get().outputProcessing(port);
                openOutputs[port] = outputs[port] == AGNOSTIC;
            }
        }

        /** Makes open ports alike between which packets go; answers whether one was decided. */
        boolean spread() {
            boolean changed = false;
            for (int in = 0; in < inputs.length; in++) {
                for (int out = 0; out < outputs.length; out++) {
                    if (openInputs[in] && openOutputs[out] && inputs[in] != outputs[out] && flow.flows(in, out)) {
                        changed |= level(in, out);
                    }
                }
            }
            return changed;
        }

        private boolean level(int in, int out) {
            if (inputs[in] == AGNOSTIC) {
                inputs[in] = outputs[out];
                return true;
            }
            if (outputs[out] == AGNOSTIC) {
                outputs[out] = inputs[in];
                return true;
            }
            mixed = true;
            return false;
        }
    }

    private final Graph graph;
    private final List<Ports> ports = new ArrayList<>();
    private final Problems problems;

    ProcessingChecker(Graph graph, ElementLibrary library, int[] inputs, int[] outputs, Problems problems) {
        this.graph = graph;
        this.problems = problems;
        for (int i = 0; i < graph.elements().size(); i++) {
            ports.add(new Ports(library.find(graph.elements().get(i).className()), inputs[i], outputs[i]));
        }
    }

    void check() {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Connection connection : graph.connections()) {
                changed |= join(connection);
            }
            for (Ports each : ports) {
                changed |= each.spread();
            }
        }
        reportMixed();
        graph.connections().forEach(this::checkEnds);
        checkSharing();
    }

    /** An open end takes what the other end is. */
    private boolean join(Connection connection) {
        char[] outputs = ports.get(connection.from()).outputs;
        char[] inputs = ports.get(connection.to()).inputs;
        char from = outputs[connection.fromPort()];
        char to = inputs[connection.toPort()];
        if (from == to || (from != AGNOSTIC && to != AGNOSTIC)) {
            return false;
        }
        outputs[connection.fromPort()] = from == AGNOSTIC ? to : from;
        inputs[connection.toPort()] = to == AGNOSTIC ? from : to;
        return true;
    }

    private void reportMixed() {
        for (int i = 0; i < ports.size(); i++) {
            if (ports.get(i).mixed) {
                GraphElement element = graph.elements().get(i);
                problems.add(element.place()
                        .problem("'" + element.name() + " :: " + element.className()
                                + "' cannot be both pushed to and pulled from: inputs "
                                + words(ports.get(i).inputs) + ", outputs " + words(ports.get(i).outputs)));
            }
        }
    }

    private static String words(char[] letters) {
        List<String> words = new ArrayList<>();
        for (char letter : letters) {
            words.add(word(letter));
        }
        return String.join(" ", words);
    }

    private void checkEnds(Connection connection) {
        char from = ports.get(connection.from()).outputs[connection.fromPort()];
        char to = ports.get(connection.to()).inputs[connection.toPort()];
        if (from != to) {
            problems.add(connection
                    .place()
                    .problem("'" + name(connection.from()) + "' " + word(from) + " output " + connection.fromPort()
                            + " is connected to '" + name(connection.to()) + "' " + word(to) + " input "
                            + connection.toPort()));
        }
    }

    /** A push output has one place to push to, a pull input one place to pull from. */
    private void checkSharing() {
        Map<List<Integer>, Connection> first = new HashMap<>();
        for (Connection connection : graph.connections()) {
            boolean pull = ports.get(connection.from()).outputs[connection.fromPort()] == PULL;
            List<Integer> port = pull
                    ? List.of(1, connection.to(), connection.toPort())
                    : List.of(0, connection.from(), connection.fromPort());
            Connection before = first.putIfAbsent(port, connection);
            if (before != null) {
                problems.add(connection
                        .place()
                        .problem("'" + name(port.get(1)) + "' " + (pull ? "pull input " : "push output ") + port.get(2)
                                + " is connected twice, first at " + before.position()));
            }
        }
    }

    private String name(int element) {
        return graph.elements().get(element).name();
    }

    private static String word(char letter) {
        return letter == PULL ? "pull" : letter == PUSH ? "push" : "agnostic";
    }
}
