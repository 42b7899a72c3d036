package org.flowstream.click;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.flowstream.problem.Place;
import org.flowstream.problem.Position;
import org.flowstream.problem.Problems;
import org.flowstream.problem.Telling;
import org.flowstream.problem.Telling.Stage;

/** Puts the bodies of compound elements in place of their elements, and joins what is connected through them. */
final class Expander {
    private static final int DEEPEST = 500;
    /** More than these are taken for a mistake: compound elements in one another can make any number. */
    private static final int MOST_ELEMENTS = 1_000_000;

    /** A node of the whole configuration. */
    private static final class Flat {
        private final Body.Node node;
        private final String name;
        private ClassReference type;
        private Optional<ConfigText> config = Optional.empty();
        /** Where what comes in goes on, and where what goes out comes from; -1 for an element. */
        private int inside = -1;

        private int outside = -1;

        Flat(Body.Node node, String name) {
            this.node = node;
            this.name = name;
            this.type = node.type;
        }
    }

    private final Problems problems;
    private final Position landmark;
    private final List<Flat> flats = new ArrayList<>();
    private final List<Body.Link> links = new ArrayList<>();
    private final Map<String, Integer> byName = new HashMap<>();
    private final Map<Long, List<Body.Link>> byOutput = new HashMap<>();
    private final Set<Long> usedInputs = new HashSet<>();
    private final Set<String> reported = new HashSet<>();
    private boolean full;

    /**
     * An empty graph.
     *
     * @param landmark the end of the text, which Click names when no compound element fits
     */
    Expander(Position landmark, Problems problems) {
        this.landmark = landmark;
        this.problems = problems;
    }

    void expand(Body body, Variables variables) {
        List<Integer> placed = place(body, "");
        placed.forEach(flat -> expand(flat, variables, 1));
    }

    /** Adds the nodes and links of a body; answers the index of each node. */
    private List<Integer> place(Body body, String prefix) {
        List<Integer> placed = new ArrayList<>();
        for (Body.Node node : body.nodes) {
            String name = prefix + node.name;
            if (node.role == Body.Role.ELEMENT) {
                Integer earlier = byName.put(name, flats.size());
                if (earlier != null) {
                    complain(node.place, node.place, "redeclaration of element '" + name + "'");
                    Place before = flats.get(earlier).node.place;
                    complain(before, before, "element '" + name + "' previously declared here");
                }
            }
            placed.add(flats.size());
            flats.add(new Flat(node, name));
        }
        for (int i = 0; i < body.nodes.size(); i++) {
            if (body.nodes.get(i).role == Body.Role.GROUP) {
                pair(placed.get(i), placed.get(i) + 1, placed.get(i) + 2);
            }
        }
        body.links.forEach(link -> links.add(new Body.Link(
                placed.get(link.from()), link.fromPort(), placed.get(link.to()), link.toPort(), link.place())));
        return placed;
    }

    /** What goes to {@code element} goes on from {@code input}, what goes to {@code output} goes on from it. */
    private void pair(int element, int input, int output) {
        flats.get(element).inside = input;
        flats.get(element).outside = output;
        flats.get(input).outside = element;
        flats.get(output).inside = element;
    }

    private void expand(int index, Variables variables, int depth) {
        Flat flat = flats.get(index);
        flat.config = flat.node.config.map(variables::expand);
        if (flat.node.role != Body.Role.ELEMENT || !(flat.type instanceof ClassReference.Compound compound)) {
            return;
        }
        if (depth > DEEPEST || flats.size() > MOST_ELEMENTS) {
            if (!full) {
                complain(
                        flat.node.place,
                        flat.node.place,
                        depth > DEEPEST
                                ? "more than " + DEEPEST + " compound elements in one another"
                                : "more than " + MOST_ELEMENTS + " elements");
            }
            full = true;
            flat.type = new ClassReference.Unknown(compound.name());
            return;
        }
        List<ConfigText> arguments = flat.config.map(ConfigStrings::arguments).orElse(List.of());
        CompoundChoice choice = CompoundChoice.of(compound, flat.node, arguments);
        choice.complaint()
                .ifPresent(it -> problems.add(flat.node
                        .place
                        .problem(it.message())
                        .withHint(it.hint())
                        .withTelling(new Telling(Stage.READ, landmark, Integer.MAX_VALUE, it.notes()))));
        if (choice.body().isEmpty()) {
            flat.type = choice.instead().orElse(new ClassReference.Unknown(compound.name()));
            return;
        }
        Body body = choice.body().get();
        Variables inner = new Variables(Optional.of(variables.around(body.depth)), body.depth, problems);
        choice.values().forEach(inner::put);
        body.definitions.forEach((name, text) -> inner.put(name, inner.expand(text)));
        List<Integer> placed = place(body, flat.name + "/");
        pair(index, placed.get(Body.INPUT), placed.get(Body.OUTPUT));
        placed.subList(Body.OUTPUT + 1, placed.size()).forEach(it -> expand(it, inner, depth + 1));
    }

    /**
     * What was expanded.
     *
     * @param all whether no statement was left out
     * @param right whether nothing was reported before
     * @param requirements what the configuration requires
     */
    Graph graph(boolean all, boolean right, List<String> requirements) {
        int before = problems.count();
        List<GraphElement> elements = new ArrayList<>();
        Map<Integer, Integer> numbers = new HashMap<>();
        for (int i = 0; i < flats.size(); i++) {
            Flat flat = flats.get(i);
            if (isElement(i) && flat.node.role == Body.Role.ELEMENT) {
                numbers.put(i, elements.size());
                ConfigText config = flat.config.orElseGet(() -> ConfigText.of("", flat.node.place));
                elements.add(new GraphElement(
                        flat.name, flat.type.name(), config.trim(), ConfigStrings.arguments(config), flat.node.place));
            }
        }
        for (Body.Link link : links) {
            byOutput.computeIfAbsent(key(link.from(), link.fromPort()), port -> new ArrayList<>(1))
                    .add(link);
            usedInputs.add(key(link.to(), link.toPort()));
        }
        List<Connection> connections = connections(numbers);
        boolean whole = right && problems.count() == before;
        return new Graph(
                elements,
                connections,
                requirements,
                !all ? Graph.State.CUT : whole ? Graph.State.WHOLE : Graph.State.FAULTY);
    }

    private List<Connection> connections(Map<Integer, Integer> numbers) {
        Set<Connection.Ends> seen = new HashSet<>();
        List<Connection> connections = new ArrayList<>();
        for (Body.Link link : links) {
            if (!isElement(link.from())) {
                checkSource(link);
                continue;
            }
            for (Body.Link end : ends(link)) {
                Integer from = numbers.get(link.from());
                Integer to = numbers.get(end.to());
                if (from == null || to == null) {
                    continue;
                }
                Connection connection = new Connection(from, link.fromPort(), to, end.toPort(), link.place());
                if (seen.add(connection.ends())) {
                    connections.add(connection);
                }
                if (connections.size() > MOST_ELEMENTS) {
                    complain(link.place(), link.place(), "more than " + MOST_ELEMENTS + " connections");
                    return connections;
                }
            }
        }
        return connections;
    }

    private static long key(int node, int port) {
        return ((long) node << Short.SIZE) + port;
    }

    private boolean isElement(int index) {
        Flat flat = flats.get(index);
        return flat.inside < 0 && flat.outside < 0;
    }

    /** The links by which a link's packets reach elements, through any number of compound elements. */
    private List<Body.Link> ends(Body.Link first) {
        if (isElement(first.to())) {
            return List.of(first);
        }
        List<Body.Link> found = new ArrayList<>();
        Set<Body.Link> passed = new HashSet<>();
        Deque<Body.Link> waiting = new ArrayDeque<>(List.of(first));
        while (!waiting.isEmpty()) {
            Body.Link link = waiting.pop();
            if (isElement(link.to())) {
                found.add(link);
                continue;
            }
            int on = flats.get(link.to()).inside;
            if (on < 0 || !passed.add(link)) {
                continue;
            }
            List<Body.Link> next = byOutput.getOrDefault(key(on, link.toPort()), List.of());
            for (int i = next.size() - 1; i >= 0; i--) {
                waiting.push(next.get(i));
            }
            if (next.isEmpty()) {
                complainOfEnd(link, on);
            }
        }
        return found;
    }

    private void complainOfEnd(Body.Link link, int on) {
        boolean entering = flats.get(on).node.role == Body.Role.PSEUDO;
        Flat outer = entering ? flats.get(link.to()) : flats.get(on);
        String shown = "'" + outer.name + "' ";
        once(
                link.place(),
                outer,
                shown + (entering ? "has no input " + link.toPort() : "output " + link.toPort() + " unused"));
    }

    /** Reports a link from a compound element or its input that no packet can reach. */
    private void checkSource(Body.Link link) {
        int before = flats.get(link.from()).outside;
        if (before < 0 || usedInputs.contains(key(before, link.fromPort()))) {
            return;
        }
        boolean leaving = flats.get(before).node.role == Body.Role.PSEUDO;
        Flat outer = leaving ? flats.get(link.from()) : flats.get(before);
        String shown = "'" + outer.name + "' ";
        if (leaving) {
            once(link.place(), outer, shown + "has no output " + link.fromPort());
        } else {
            once(outer.node.place, outer, shown + "input " + link.fromPort() + " unused");
        }
    }

    private void once(Place at, Flat outer, String message) {
        if (reported.add(message)) {
            complain(at, outer.node.place, message);
        }
    }

    private void complain(Place at, Place told, String message) {
        problems.add(Told.expanding(at, told.position(), message));
    }
}
