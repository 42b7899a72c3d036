package org.flowstream.click;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.flowstream.element.ElementLibrary;
import org.flowstream.problem.Place;
import org.flowstream.problem.Position;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.problem.Suggestion;
import org.jspecify.annotations.Nullable;

/** Makes bodies of statements: decides which names are elements and which are classes, and joins ports. */
final class BodyReader {
    private static final Pattern VARIABLE = Pattern.compile("\\$[A-Za-z0-9_]+");

    /** Among more elements than these, none is suggested for a name that is not there. */
    private static final int MOST_SUGGESTED = 5000;

    private final ElementLibrary library;
    private final Problems problems;
    private final Libraries libraries;
    private final Set<String> librariesRead = new HashSet<>();
    private final Set<String> provided = new HashSet<>();
    private final List<String> requirements = new ArrayList<>();
    private final int before;
    private ClassScope classes;
    private boolean whole = true;
    private boolean givenUp;

    BodyReader(ElementLibrary library, Libraries libraries, Problems problems) {
        this.library = library;
        this.problems = problems;
        this.before = problems.count();
        this.libraries = libraries;
        this.classes = ClassScope.ofLibrary(library.classNames());
    }

    /** The body of a whole configuration. */
    Body read(Configuration configuration) {
        Body body = new Body(0, List.of(), new Place(configuration.source(), 0, 0));
        whole = configuration.whole();
        read(configuration.statements(), body);
        return body;
    }

    /** Whether no statement was left out. */
    boolean whole() {
        return whole;
    }

    /** What the configuration requires, such as {@code package "x"}. */
    List<String> requirements() {
        return List.copyOf(requirements);
    }

    private void read(List<Statement> statements, Body body) {
        for (Statement statement : statements) {
            if (isTooMuch(statement.place())) {
                return;
            }
            if (statement instanceof Statement.Chain chain) {
                new ChainReader(body, chain).read();
            } else if (statement instanceof Statement.ElementClass elementClass) {
                ClassReference type = type(elementClass.definition(), elementClass.name(), body);
                classes.put(elementClass.name(), type);
            } else if (statement instanceof Statement.Define define) {
                define(define, body);
            } else if (statement instanceof Statement.Require require) {
                require(require, body);
            } else if (statement instanceof Statement.Provide provide) {
                ConfigStrings.arguments(provide.config()).forEach(it -> provided.add(it.text()));
            }
        }
    }

    /** Whether so much was reported that the rest is not looked at, which is said once. */
    private boolean isTooMuch(Place place) {
        boolean tooMuch = problems.count() - before > ClickParser.MOST_PROBLEMS;
        if (tooMuch && !givenUp) {
            givenUp = true;
            whole = false;
            problems.add(Told.reading(place, place, ClickParser.GIVEN_UP));
        }
        return tooMuch;
    }

    private void define(Statement.Define define, Body body) {
        for (ConfigText argument : ConfigStrings.arguments(define.config())) {
            List<ConfigText> words = ConfigStrings.words(argument);
            ConfigText name = words.isEmpty() ? argument : words.get(0);
            if (argument.isEmpty()) {
                continue;
            }
            if (!VARIABLE.matcher(name.text()).matches()) {
                problems.add(reading(name, "bad 'define' declaration: not a variable"));
                continue;
            }
            String variable = name.text().substring(1);
            ConfigText value =
                    argument.substring(name.length(), argument.length()).trim();
            boolean formal = body.formals.stream().anyMatch(it -> it.variable().equals(variable));
            if (formal || body.definitions.putIfAbsent(variable, value) != null) {
                problems.add(reading(name, "parameter '" + name.text() + "' multiply defined"));
            }
        }
    }

    private static Problem reading(ConfigText at, String message) {
        return Told.reading(at.place(), at.place(), message);
    }

    private void require(Statement.Require require, Body body) {
        for (ConfigText argument : ConfigStrings.arguments(require.config())) {
            List<ConfigText> words = ConfigStrings.words(argument);
            if (words.isEmpty()) {
                continue;
            }
            String kind = words.get(0).text();
            String named = ConfigStrings.unquote(words.get(words.size() - 1)).text();
            if (kind.equals("compact_config") && words.size() == 1) {
                requirements.add(kind);
            } else if (kind.equals("library") && words.size() == 2) {
                requireLibrary(argument, named, body);
            } else if (words.size() == 1 || (kind.equals("package") && words.size() == 2)) {
                requirements.add("package " + ConfigStrings.quoteWhereNeeded(named));
                if (!Features.provided(named)
                        && !provided.contains(named)
                        && classes.find(named).isEmpty()) {
                    Place at = argument.place();
                    problems.add(Told.reading(at, at, Position.of(""), "requirement '" + named + "' not available"));
                }
            } else {
                problems.add(reading(argument, "syntax error at requirement"));
            }
        }
    }

    private void requireLibrary(ConfigText argument, String name, Body body) {
        if (body.depth > 0) {
            problems.add(reading(argument, "'require library' must be used at file scope"));
            return;
        }
        Optional<SourceText> found =
                libraries.find(name, argument.place().source().file());
        if (found.isEmpty()) {
            problems.add(reading(argument, "library '" + name + "' not found in CLICKPATH/conf"));
        } else if (librariesRead.add(found.get().file())) {
            Configuration library = ClickParser.parse(found.get(), problems);
            whole &= library.whole();
            read(library.statements(), body);
        }
    }

    /** The class that a term names or defines; {@code name} is given to a compound element. */
    private ClassReference type(Term term, String name, Body body) {
        if (term instanceof Term.Compound compound) {
            return compound(compound, name, body);
        }
        Term.Name named = (Term.Name) term;
        return classes.find(named.name()).orElseGet(() -> {
            problems.add(Told.reading(named.place(), named.place(), "unknown element class '" + named.name() + "'")
                    .withHint(hint(named.name(), classes.names())));
            return unknown(named.name());
        });
    }

    private String hint(String name, Set<String> known) {
        return library.inPlaceOf(name).orElseGet(() -> Suggestion.hint(name, known));
    }

    /** A name that was reported counts as a class from now on, so that it is reported once. */
    private ClassReference unknown(String name) {
        ClassReference unknown = new ClassReference.Unknown(name);
        classes.put(name, unknown);
        return unknown;
    }

    private ClassReference compound(Term.Compound compound, String name, Body around) {
        ClassScope outside = classes;
        List<Body> variants = new ArrayList<>();
        for (Term.Variant variant : compound.variants()) {
            Body body = new Body(around.depth + 1, variant.formals(), variant.place());
            FormalArguments.check(variant.formals(), problems);
            classes = outside.inner();
            read(variant.statements(), body);
            body.checkPseudo(
                    Body.INPUT,
                    Body.OUTPUT,
                    name.isEmpty() ? "<anonymous>" : name,
                    new Place(compound.place().source(), compound.place().offset(), 1),
                    variant.place(),
                    end(compound.place()),
                    problems);
            body.nameAnonymous();
            variants.add(body);
        }
        classes = outside;
        Optional<ClassReference> extended = Optional.empty();
        if (compound.extending()) {
            extended = classes.find(name);
            if (extended.isEmpty()) {
                Place end = end(compound.place());
                problems.add(Told.reading(compound.place(), end, "cannot extend unknown element class '" + name + "'"));
                extended = Optional.of(unknown(name));
            }
        }
        return new ClassReference.Compound(name, variants, extended);
    }

    private static Place end(Place place) {
        return new Place(place.source(), place.offset() + Math.max(0, place.length() - 1), 1);
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
                if (isTooMuch(stage.end())) {
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
                            atStart
                                    ? "input ports ignored at start of chain"
                                    : "output ports ignored at end of chain"));
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
                    problems.add(reading(candidate.config.get(), "configuration string ignored on element reference"));
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
                candidate.type = classes.find(name.name());
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
            Place end = end(group.place());
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
            Set<String> all = classes.names();
            if (candidate.config.isEmpty() && body.nodes.size() < MOST_SUGGESTED) {
                body.nodes.stream()
                        .map(it -> it.name)
                        .filter(it -> !it.isEmpty() && !it.startsWith(";"))
                        .forEach(all::add);
            }
            String nearest = Suggestion.nearest(candidate.name, all).orElse("");
            problems.add(
                    Told.reading(place, stage.end(), place.position(), "undeclared element '" + candidate.name + "'")
                            .withHint(hint(candidate.name, all)));
            Integer meant = candidate.config.isPresent() ? null : body.byName.get(nearest);
            ClassReference type = unknown(candidate.name);
            return meant != null ? meant : anonymous(candidate, type, place);
        }

        private void checkName(String name, Place place, Stage stage) {
            for (String part : name.split("/", -1)) {
                if (part.chars().allMatch(Character::isDigit)) {
                    problems.add(
                            Told.reading(place, stage.end(), "element name '" + name + "' has all-digit component"));
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
    }

    /** An element of a stage with its ports on both sides. */
    private record Joint(int node, Endpoint.Ports inputs, Endpoint.Ports outputs) {}
}
