package org.flowstream.click;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.flowstream.problem.Problems;

/** Puts the bodies of compound elements in place of their elements, and joins what is connected through them. */
final class Expander {
    private static final int DEEPEST = 50;

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
    private final List<Flat> flats = new ArrayList<>();
    private final List<Body.Link> links = new ArrayList<>();
    private final Map<String, Integer> byName = new HashMap<>();
    private final Set<Body.Link> reported = new HashSet<>();

    Expander(Problems problems) {
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
            if (node.role == Body.Role.ELEMENT && byName.put(name, flats.size()) != null) {
                problems.add(node.place.problem("element '" + name + "' is there twice"));
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
        if (depth > DEEPEST) {
            problems.add(flat.node.place.problem("more than " + DEEPEST + " compound elements in one another"));
            flat.type = new ClassReference.Unknown(compound.name());
            return;
        }
        List<ConfigText> arguments = flat.config.map(ConfigStrings::arguments).orElse(List.of());
        CompoundChoice choice = CompoundChoice.of(compound, flat.node, arguments);
        choice.complaint().ifPresent(it -> problems.add(flat.node.place.problem(it)));
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
     */
    Graph graph(boolean all, boolean right) {
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
        Set<List<Integer>> seen = new HashSet<>();
        List<Connection> connections = new ArrayList<>();
        for (Body.Link link : links) {
            if (!isElement(link.from())) {
                checkSource(link);
                continue;
            }
            for (Body.Link end : ends(link, new LinkedHashSet<>())) {
                Integer from = numbers.get(link.from());
                Integer to = numbers.get(end.to());
                if (from != null && to != null && seen.add(List.of(from, link.fromPort(), to, end.toPort()))) {
                    connections.add(new Connection(from, link.fromPort(), to, end.toPort(), link.place()));
                }
            }
        }
        boolean whole = right && problems.count() == before;
        return new Graph(
                elements, connections, !all ? Graph.State.CUT : whole ? Graph.State.WHOLE : Graph.State.FAULTY);
    }

    private boolean isElement(int index) {
        Flat flat = flats.get(index);
        return flat.inside < 0 && flat.outside < 0;
    }

    /** The links by which a link's packets reach elements. */
    private List<Body.Link> ends(Body.Link link, Set<Body.Link> passed) {
        if (isElement(link.to())) {
            return List.of(link);
        }
        if (!passed.add(link)) {
            return List.of();
        }
        int on = flats.get(link.to()).inside;
        if (on < 0) {
            return List.of();
        }
        List<Body.Link> found = new ArrayList<>();
        boolean any = false;
        for (Body.Link next : links) {
            if (next.from() == on && next.fromPort() == link.toPort()) {
                any = true;
                found.addAll(ends(next, passed));
            }
        }
        if (!any && reported.add(link)) {
            Flat to = flats.get(link.to());
            boolean entering = flats.get(on).node.role == Body.Role.PSEUDO;
            String name = entering ? shown(to) : shown(flats.get(on));
            problems.add(link.place()
                    .problem(
                            entering
                                    ? name + " has no input " + link.toPort()
                                    : name + " output " + link.toPort() + " is not connected"));
        }
        return found;
    }

    /** Reports a link from a compound element or its input that no packet can reach. */
    private void checkSource(Body.Link link) {
        int before = flats.get(link.from()).outside;
        if (before < 0) {
            return;
        }
        boolean any = links.stream().anyMatch(it -> it.to() == before && it.toPort() == link.fromPort());
        if (!any && reported.add(link)) {
            boolean leaving = flats.get(before).node.role == Body.Role.PSEUDO;
            problems.add(
                    leaving
                            ? link.place().problem(shown(flats.get(link.from())) + " has no output " + link.fromPort())
                            : flats.get(before)
                                    .node
                                    .place
                                    .problem(shown(flats.get(before)) + " input " + link.fromPort()
                                            + " is not connected"));
        }
    }

    private static String shown(Flat flat) {
        return flat.node.role == Body.Role.GROUP ? "this group" : "'" + flat.name + "'";
    }
}
