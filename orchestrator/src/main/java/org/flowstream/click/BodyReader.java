package org.flowstream.click;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.flowstream.problem.Place;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.flowstream.problem.Suggestion;
import org.jspecify.annotations.Nullable;

/** Makes bodies of statements: decides which names are elements and which are classes, and joins ports. */
final class BodyReader {
    private final Problems problems;
    private Map<String, ClassReference> classes;

    BodyReader(Set<String> library, Problems problems) {
        this.problems = problems;
        this.classes = new HashMap<>();
        library.forEach(name -> classes.put(name, new ClassReference.Library(name)));
    }

    /** The body of a whole configuration. */
    Body read(Configuration configuration) {
        Body body = new Body(0, List.of(), new Place(configuration.source(), 0, 0));
        read(configuration.statements(), body);
        return body;
    }

    private void read(List<Statement> statements, Body body) {
        for (Statement statement : statements) {
            if (statement instanceof Statement.Chain chain) {
                new ChainReader(body, chain).read();
            } else if (statement instanceof Statement.ElementClass elementClass) {
                ClassReference type = type(elementClass.definition(), elementClass.name(), body);
                classes.put(elementClass.name(), type);
            } else if (statement instanceof Statement.Define define) {
                define(define, body);
            } else if (statement instanceof Statement.Require require) {
                require(require);
            } else if (statement instanceof Statement.Provide provide) {
                problems.add(provide.place().problem("'provide' is not yet supported"));
            }
        }
    }

    private void define(Statement.Define define, Body body) {
        for (ConfigText argument : ConfigStrings.arguments(define.config())) {
            List<ConfigText> words = ConfigStrings.words(argument);
            ConfigText name = words.isEmpty() ? argument : words.get(0);
            if (!name.text().matches("\\$[A-Za-z0-9_]+")) {
                problems.add(name.problem("found '" + name.text() + "', expected a variable such as $x"));
            } else {
                ConfigText value =
                        argument.substring(name.length(), argument.length()).trim();
                body.definitions.put(name.text().substring(1), value);
            }
        }
    }

    private void require(Statement.Require require) {
        for (ConfigText argument : ConfigStrings.arguments(require.config())) {
            List<ConfigText> words = ConfigStrings.words(argument);
            String kind = words.isEmpty() ? "" : words.get(0).text();
            if (kind.equals("compact_config") && words.size() == 1) {
                continue;
            }
            if (kind.equals("library") && words.size() == 2) {
                problems.add(argument.problem("'require(library ...)' is not yet supported"));
            } else if (words.size() == 1 || (kind.equals("package") && words.size() == 2)) {
                String name = ConfigStrings.unquote(words.get(words.size() - 1)).text();
                problems.add(argument.problem("package '" + name + "' is not available"));
            } else {
                problems.add(argument.problem("found '" + argument.text() + "', expected a package name"));
            }
        }
    }

    /** The class that a term names or defines; {@code name} is given to a compound element. */
    private ClassReference type(Term term, String name, Body body) {
        if (term instanceof Term.Compound compound) {
            return compound(compound, name, body);
        }
        Term.Name named = (Term.Name) term;
        ClassReference known = classes.get(named.name());
        if (known == null) {
            problems.add(unknown(
                    named.place(), "unknown element class '" + named.name() + "'", named.name(), classes.keySet()));
            return new ClassReference.Unknown(named.name());
        }
        return known;
    }

    private static Problem unknown(Place place, String message, String name, Set<String> known) {
        return place.problem(message).withHint(Suggestion.hint(name, known));
    }

    private ClassReference compound(Term.Compound compound, String name, Body around) {
        Map<String, ClassReference> outside = classes;
        List<Body> variants = new ArrayList<>();
        for (Term.Variant variant : compound.variants()) {
            Body body = new Body(around.depth + 1, variant.formals(), compound.place());
            checkFormals(variant.formals());
            classes = new HashMap<>(outside);
            read(variant.statements(), body);
            body.checkPseudo(
                    Body.INPUT,
                    Body.OUTPUT,
                    name.isEmpty() ? "compound element" : "compound element '" + name + "'",
                    new Place(compound.place().source(), compound.place().offset(), 1),
                    problems);
            body.nameAnonymous();
            variants.add(body);
        }
        classes = outside;
        Optional<ClassReference> extended = Optional.empty();
        if (compound.extending()) {
            extended = Optional.ofNullable(classes.get(name));
            if (extended.isEmpty()) {
                problems.add(compound.place().problem("'...' extends an element class that is not known before"));
            }
        }
        return new ClassReference.Compound(name, variants, extended);
    }

    private void checkFormals(List<Term.Formal> formals) {
        Set<String> seen = new LinkedHashSet<>();
        for (Term.Formal formal : formals) {
            if (!seen.add(formal.variable())) {
                problems.add(formal.place().problem("formal argument $" + formal.variable() + " is there twice"));
            }
        }
    }

    /** Reads one chain into a body. */
    private final class ChainReader {
        private final Body body;
        private final Statement.Chain chain;

        ChainReader(Body body, Statement.Chain chain) {
            this.body = body;
            this.chain = chain;
        }

        void read() {
            List<Stage> stages = chain.stages();
            List<Joint> before = List.of();
            for (int i = 0; i < stages.size(); i++) {
                Stage stage = stages.get(i);
                List<Joint> joints = joints(stage, i, stages.size());
                if (i == 0) {
                    complainOfPorts(stage, joints, true);
                } else {
                    join(before, joints, stage);
                }
                before = joints;
            }
            complainOfPorts(stages.get(stages.size() - 1), before, false);
        }

        private void complainOfPorts(Stage stage, List<Joint> joints, boolean atStart) {
            for (int i = 0; i < joints.size(); i++) {
                Endpoint endpoint = stage.endpoints().get(i);
                if (!(atStart ? endpoint.inputs() : endpoint.outputs()).isNone()) {
                    problems.add(endpoint.place()
                            .problem(
                                    atStart
                                            ? "input ports at the start of a chain connect nothing"
                                            : "output ports at the end of a chain connect nothing"));
                }
            }
        }

        /** First the compound elements and groups in the stage, then its elements: so Click counts them. */
        private List<Joint> joints(Stage stage, int index, int count) {
            List<Candidate> candidates = new ArrayList<>();
            for (Endpoint endpoint : stage.endpoints()) {
                candidates.add(candidate(endpoint, index == 0));
            }
            if (count == 1) {
                spreadDeclaration(candidates);
            }
            List<Joint> joints = new ArrayList<>();
            for (Candidate candidate : candidates) {
                int node = node(candidate);
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
                candidate.type = Optional.ofNullable(classes.get(name.name()));
            } else if (term instanceof Term.Compound) {
                candidate.type = Optional.of(type(term, "", body));
            } else if (term instanceof Term.Group group) {
                candidate.name = group(group);
            } else {
                candidate.name = first ? "input" : "output";
            }
            candidate.declared = endpoint.declared().map(it -> type(it, "", body));
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
            BodyReader.this.read(group.statements(), body);
            restore("input", inputBefore);
            restore("output", outputBefore);
            Place opening = new Place(group.place().source(), group.place().offset(), 1);
            body.checkPseudo(outside + 1, outside + 2, "group", opening, problems);
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

        private int node(Candidate candidate) {
            Integer known = body.byName.get(candidate.name);
            Place place = candidate.endpoint.term().place();
            if (candidate.type.isPresent() && candidate.declared.isPresent()) {
                problems.add(place.problem(
                        candidate.name.isEmpty()
                                ? "a compound element cannot be declared again"
                                : "'" + candidate.name + "' is an element class, it cannot name an element"));
            }
            if (candidate.type.isPresent()) {
                return anonymous(candidate, candidate.type.get(), place);
            }
            if (known == null) {
                if (candidate.declared.isEmpty()) {
                    return undeclared(candidate, place);
                }
                checkName(candidate.name, place);
                return body.add(new Body.Node(
                        Body.Role.ELEMENT, candidate.name, candidate.declared.get(), candidate.config, place));
            }
            if (candidate.declared.isPresent()) {
                Place earlier = body.nodes.get(known).place;
                problems.add(place.problem("element '" + candidate.name + "' is declared twice, first at " + earlier));
            } else if (candidate.config.isPresent()) {
                problems.add(candidate
                        .config
                        .get()
                        .problem("element '" + candidate.name
                                + "' is declared elsewhere: no configuration is taken here"));
            }
            return known;
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
        private int undeclared(Candidate candidate, Place place) {
            Set<String> elements = new LinkedHashSet<>();
            if (candidate.config.isEmpty()) {
                body.nodes.stream()
                        .map(it -> it.name)
                        .filter(it -> !it.isEmpty() && !it.startsWith(";"))
                        .forEach(elements::add);
            }
            Set<String> all = new LinkedHashSet<>(classes.keySet());
            all.addAll(elements);
            String nearest = Suggestion.nearest(candidate.name, all).orElse("");
            boolean isClass = candidate.config.isPresent() || classes.containsKey(nearest);
            problems.add(unknown(
                    place,
                    (isClass ? "unknown element class '" : "undeclared element '") + candidate.name + "'",
                    candidate.name,
                    all));
            Integer meant = isClass ? null : body.byName.get(nearest);
            return meant != null ? meant : anonymous(candidate, new ClassReference.Unknown(candidate.name), place);
        }

        private void checkName(String name, Place place) {
            for (String part : name.split("/", -1)) {
                if (part.chars().allMatch(Character::isDigit)) {
                    problems.add(place.problem("element name '" + name + "' has a part of digits only"));
                    return;
                }
            }
        }

        private void join(List<Joint> before, List<Joint> after, Stage stage) {
            PortJoin join = new PortJoin(stage.parallel());
            before.forEach(it -> join.output(it.node, it.outputs));
            after.forEach(it -> join.input(it.node, it.inputs));
            join.pairs(message -> problems.add(stage.arrow().problem(message)))
                    .forEach(it ->
                            body.connect(new Body.Link(it.from(), it.fromPort(), it.to(), it.toPort(), stage.arrow())));
        }
    }

    /** An element of a stage with its ports on both sides. */
    private record Joint(int node, Endpoint.Ports inputs, Endpoint.Ports outputs) {}

    /** An endpoint whose name is looked up. */
    private static final class Candidate {
        private final Endpoint endpoint;
        private String name = "";
        private Optional<ClassReference> type = Optional.empty();
        private Optional<ClassReference> declared = Optional.empty();
        private Optional<ConfigText> config = Optional.empty();

        Candidate(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        boolean isBare() {
            return endpoint.term() instanceof Term.Name && declared.isEmpty() && config.isEmpty();
        }
    }
}
