package org.flowstream.click;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.flowstream.problem.Place;
import org.flowstream.problem.Problems;
import org.flowstream.problem.Suggestion;
import org.jspecify.annotations.Nullable;

/** Reads one chain of elements into a body. */
final class ChainReader {
    /** Among more elements than these, none is suggested for a name that is not there. */
    private static final int MOST_SUGGESTED = 5000;

    private final BodyReader reader;
    private final Problems problems;
    private final Body body;
    private final Statement.Chain chain;

    ChainReader(BodyReader reader, Problems problems, Body body, Statement.Chain chain) {
        this.reader = reader;
        this.problems = problems;
        this.body = body;
        this.chain = chain;
    }

    void read() {
        List<Stage> stages = chain.stages();
        List<Joint> before = List.of();
        for (int i = 0; i < stages.size(); i++) {
            Stage stage = stages.get(i);
            if (reader.isTooMuch(stage.end())) {
                return;
            }
            List<Joint> joints = joints(stage, i, stages.size());
            if (i == 0) {
                complainOfPorts(stage, joints, true);
            } else {
                join(before, joints, stage);
            }
            before = joints;
        }
        if (!stages.isEmpty()) {
            complainOfPorts(stages.get(stages.size() - 1), before, false);
        }
    }

    private void complainOfPorts(Stage stage, List<Joint> joints, boolean atStart) {
        for (int i = 0; i < joints.size(); i++) {
            Endpoint endpoint = stage.endpoints().get(i);
            if (!(atStart ? endpoint.inputs() : endpoint.outputs()).isNone()) {
                problems.add(Told.reading(
                        endpoint.place(),
                        stage.end(),
                        atStart ? "input ports ignored at start of chain" : "output ports ignored at end of chain"));
                return;
            }
        }
    }

    /** First the compound elements and groups in the stage, then its elements: so Click counts them. */
    private List<Joint> joints(Stage stage, int index, int count) {
        List<Candidate> candidates = new ArrayList<>();
        for (Endpoint endpoint : stage.endpoints()) {
            Candidate candidate = candidate(endpoint, index == 0);
            candidates.add(candidate);
            if (candidate.config.isPresent() && body.byName.containsKey(candidate.name)) {
                problems.add(BodyReader.reading(
                        candidate.config.get(), "configuration string ignored on element reference"));
            }
        }
        if (count == 1) {
            spreadDeclaration(candidates);
        }
        List<Joint> joints = new ArrayList<>();
        for (Candidate candidate : candidates) {
            int node = node(candidate, stage);
            Endpoint endpoint = candidate.endpoint;
            joints.add(new Joint(
                    node,
                    impliedPorts(endpoint, endpoint.inputs(), node, true),
                    impliedPorts(endpoint, endpoint.outputs(), node, false)));
        }
        return joints;
    }

    /** A group without a name has all its ports, where none are written. */
    private Endpoint.Ports impliedPorts(Endpoint endpoint, Endpoint.Ports written, int node, boolean inputs) {
        if (!(endpoint.term() instanceof Term.Group) || !written.isNone()) {
            return written;
        }
        int count = inputs ? body.nodes.get(node + 1).outputsUsed : body.nodes.get(node + 2).inputsUsed;
        return new Endpoint.Ports(IntStream.range(0, count).boxed().toList(), false);
    }

    private Candidate candidate(Endpoint endpoint, boolean first) {
        Candidate candidate = new Candidate(endpoint);
        Term term = endpoint.term();
        if (term instanceof Term.Name name) {
            candidate.name = name.name();
            candidate.type = reader.classes().find(name.name());
        } else if (term instanceof Term.Compound) {
            candidate.type = Optional.of(reader.type(term, "", body));
        } else if (term instanceof Term.Group group) {
            candidate.name = group(group);
        } else {
            candidate.name = first ? "input" : "output";
        }
        candidate.declared = endpoint.declared().map(it -> reader.type(it, "", body));
        candidate.config = endpoint.config();
        return candidate;
    }

    private String group(Term.Group group) {
        String name = body.anonymousName("");
        ClassReference none = new ClassReference.Unknown("");
        int outside = body.add(new Body.Node(Body.Role.GROUP, name, none, Optional.empty(), group.place()));
        body.add(new Body.Node(Body.Role.PSEUDO, "", none, Optional.empty(), group.place()));
        body.add(new Body.Node(Body.Role.PSEUDO, "", none, Optional.empty(), group.place()));
        Integer inputBefore = body.byName.put("input", outside + 1);
        Integer outputBefore = body.byName.put("output", outside + 2);
        reader.read(group.statements(), body);
        restore("input", inputBefore);
        restore("output", outputBefore);
        Place opening = new Place(group.place().source(), group.place().offset(), 1);
        Place end = BodyReader.end(group.place());
        body.checkPseudo(outside + 1, outside + 2, "<anonymous group>", opening, end, end, problems);
        return name;
    }

    private void restore(String name, @Nullable Integer node) {
        if (node == null) {
            body.byName.remove(name);
        } else {
            body.byName.put(name, node);
        }
    }

    /** {@code a, b :: Class(x)} declares both. */
    private void spreadDeclaration(List<Candidate> candidates) {
        Candidate last = candidates.get(candidates.size() - 1);
        boolean bare = candidates.stream().limit(candidates.size() - 1L).allMatch(Candidate::isBare);
        boolean ports = candidates.stream()
                .anyMatch(it -> !it.endpoint.inputs().isNone()
                        || !it.endpoint.outputs().isNone()
                        || it.endpoint.term() instanceof Term.Implicit);
        if (bare && !ports && last.declared.isPresent()) {
            for (Candidate each : candidates) {
                each.declared = last.declared;
                each.config = last.config;
            }
        }
    }

    private int node(Candidate candidate, Stage stage) {
        Integer known = body.byName.get(candidate.name);
        Place place = candidate.endpoint.term().place();
        if (candidate.type.isPresent() && candidate.declared.isPresent()) {
            complain(place, stage, "class '" + candidate.name + "' used as element name");
        }
        if (candidate.type.isPresent()) {
            return anonymous(candidate, candidate.type.get(), place);
        }
        if (known == null) {
            if (candidate.declared.isEmpty()) {
                return undeclared(candidate, place, stage);
            }
            checkName(candidate.name, place, stage);
            return body.add(new Body.Node(
                    Body.Role.ELEMENT, candidate.name, candidate.declared.get(), candidate.config, place));
        }
        if (candidate.declared.isPresent()) {
            Body.Node earlier = body.nodes.get(known);
            complain(place, stage, "redeclaration of element '" + candidate.name + "'");
            if (earlier.role == Body.Role.ELEMENT) {
                complain(earlier.place, stage, "element '" + candidate.name + "' previously declared here");
            }
        }
        return known;
    }

    private void complain(Place place, Stage stage, String message) {
        problems.add(Told.reading(place, stage.end(), place.position(), message));
    }

    private int anonymous(Candidate candidate, ClassReference type, Place place) {
        String name = body.anonymousName(
                type instanceof ClassReference.Compound && candidate.endpoint.term() instanceof Term.Compound
                        ? ""
                        : candidate.name);
        return body.add(new Body.Node(Body.Role.ELEMENT, name, type, candidate.config, place));
    }

    /**
     * Reports a name that is neither an element nor a class. The element that was most likely meant is taken; where a
     * class was, an element of no known class.
     */
    private int undeclared(Candidate candidate, Place place, Stage stage) {
        Set<String> all = reader.classes().names();
        if (candidate.config.isEmpty() && body.nodes.size() < MOST_SUGGESTED) {
            body.nodes.stream()
                    .map(it -> it.name)
                    .filter(it -> !it.isEmpty() && !it.startsWith(";"))
                    .forEach(all::add);
        }
        String nearest = Suggestion.nearest(candidate.name, all).orElse("");
        problems.add(Told.reading(place, stage.end(), place.position(), "undeclared element '" + candidate.name + "'")
                .withHint(reader.hint(candidate.name, all)));
        Integer meant = candidate.config.isPresent() ? null : body.byName.get(nearest);
        ClassReference type = reader.unknown(candidate.name);
        return meant != null ? meant : anonymous(candidate, type, place);
    }

    private void checkName(String name, Place place, Stage stage) {
        for (String part : name.split("/", -1)) {
            if (part.chars().allMatch(Character::isDigit)) {
                problems.add(Told.reading(place, stage.end(), "element name '" + name + "' has all-digit component"));
                return;
            }
        }
    }

    private void join(List<Joint> before, List<Joint> after, Stage stage) {
        PortJoin join = new PortJoin(stage.parallel());
        before.forEach(it -> join.output(it.node, it.outputs));
        after.forEach(it -> join.input(it.node, it.inputs));
        join.pairs(message -> problems.add(Told.reading(stage.arrow(), stage.end(), message)))
                .forEach(it ->
                        body.connect(new Body.Link(it.from(), it.fromPort(), it.to(), it.toPort(), stage.arrow())));
    }

    /** An element of a stage with its ports on both sides. */
    private record Joint(int node, Endpoint.Ports inputs, Endpoint.Ports outputs) {}
}
