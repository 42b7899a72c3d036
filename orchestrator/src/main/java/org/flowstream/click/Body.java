package org.flowstream.click;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.flowstream.problem.Place;
import org.flowstream.problem.Problems;

/**
 * The elements and connections of one scope: of the whole configuration, or of a compound element, which is then put in
 * once for each of its elements.
 *
 * <p>A compound element's nodes 0 and 1 are its pseudo-elements {@code input} and {@code output}.
 */
final class Body {
    static final int INPUT = 0;
    static final int OUTPUT = 1;

    /** How a node takes part. */
    enum Role {
        ELEMENT,
        /** The outside of a group; the two nodes behind it are its {@code input} and {@code output}. */
        GROUP,
        /** What is connected here goes on elsewhere: {@code input}, {@code output}. */
        PSEUDO
    }

    /** An element, pseudo-element or group. */
    static final class Node {
        final Role role;
        final ClassReference type;
        final Optional<ConfigText> config;
        final Place place;
        String name;
        int inputsUsed;
        int outputsUsed;

        Node(Role role, String name, ClassReference type, Optional<ConfigText> config, Place place) {
            this.role = role;
            this.name = name;
            this.type = type;
            this.config = config;
            this.place = place;
        }
    }

    /** A connection between two nodes. */
    record Link(int from, int fromPort, int to, int toPort, Place place) {}

    final int depth;
    final List<Term.Formal> formals;
    final Place place;
    final List<Node> nodes = new ArrayList<>();
    final List<Link> links = new ArrayList<>();
    final Map<String, Integer> byName = new HashMap<>();
    final Map<String, ConfigText> definitions = new LinkedHashMap<>();

    Body(int depth, List<Term.Formal> formals, Place place) {
        this.depth = depth;
        this.formals = formals;
        this.place = place;
        if (depth > 0) {
            pseudo("input", place);
            pseudo("output", place);
        }
    }

    private void pseudo(String name, Place at) {
        add(new Node(Role.PSEUDO, name, new ClassReference.Unknown(""), Optional.empty(), at));
    }

    int add(Node node) {
        nodes.add(node);
        if (!node.name.isEmpty()) {
            byName.put(node.name, nodes.size() - 1);
        }
        return nodes.size() - 1;
    }

    /**
     * The name of the next anonymous element of a class, marked by a semicolon until all names are known: the number
     * counts all elements of the scope, named ones too.
     */
    String anonymousName(String className) {
        return ";" + className + "@" + (nodes.size() - (depth > 0 ? 2 : 0) + 1);
    }

    void connect(Link link) {
        links.add(link);
        Node from = nodes.get(link.from);
        Node to = nodes.get(link.to);
        from.outputsUsed = Math.max(from.outputsUsed, link.fromPort + 1);
        to.inputsUsed = Math.max(to.inputsUsed, link.toPort + 1);
    }

    int inputs() {
        return nodes.get(INPUT).outputsUsed;
    }

    int outputs() {
        return nodes.get(OUTPUT).inputsUsed;
    }

    /**
     * Reports ports of pseudo-elements that are left out, and connections in the wrong direction.
     *
     * @param at what is underlined
     * @param landmark the place that Click names
     * @param end where Click sees it
     */
    void checkPseudo(int input, int output, String what, Place at, Place landmark, Place end, Problems problems) {
        checkSide(
                input,
                nodes.get(input).outputsUsed,
                true,
                message -> problems.add(Told.reading(at, end, landmark.position(), "'" + what + "' " + message)));
        checkSide(
                output,
                nodes.get(output).inputsUsed,
                false,
                message -> problems.add(Told.reading(at, end, landmark.position(), "'" + what + "' " + message)));
    }

    private void checkSide(int pseudo, int ports, boolean isInput, Consumer<String> complain) {
        Node node = nodes.get(pseudo);
        if ((isInput ? node.inputsUsed : node.outputsUsed) > 0) {
            complain.accept(
                    isInput
                            ? "pseudoelement 'input' may only be used as output"
                            : "pseudoelement 'output' may only be used as input");
        }
        BitSet used = new BitSet(ports);
        for (Link link : links) {
            if (isInput && link.from == pseudo) {
                used.set(link.fromPort);
            } else if (!isInput && link.to == pseudo) {
                used.set(link.toPort);
            }
        }
        for (int port = used.nextClearBit(0); port < ports; port = used.nextClearBit(port + 1)) {
            complain.accept((isInput ? "input " : "output ") + port + " missing");
        }
    }

    /** Gives anonymous nodes their final names: the next free number, when the user took the name. */
    void nameAnonymous() {
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            if (node.name.startsWith(";")) {
                node.name = freeName(node.name.substring(1));
                byName.put(node.name, i);
            }
        }
    }

    private String freeName(String wanted) {
        int at = wanted.lastIndexOf('@') + 1;
        int end = at;
        while (end < wanted.length() && Character.isDigit(wanted.charAt(end))) {
            end++;
        }
        int number = Integer.parseInt(wanted.substring(at, end));
        String name = wanted;
        while (byName.containsKey(name)) {
            number++;
            name = wanted.substring(0, at) + number;
        }
        return name;
    }
}
