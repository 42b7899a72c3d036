package org.flowstream.click;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.flowstream.element.ElementLibrary;
import org.flowstream.problem.Place;
import org.flowstream.problem.Position;
import org.flowstream.problem.Problem;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.problem.Suggestion;

/** Makes bodies of statements: decides which names are elements and which are classes, and joins ports. */
final class BodyReader {
    private static final Pattern VARIABLE = Pattern.compile("\\$[A-Za-z0-9_]+");

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

    /** The classes that can be named now. */
    ClassScope classes() {
        return classes;
    }

    /** What the configuration requires, such as {@code package "x"}. */
    List<String> requirements() {
        return List.copyOf(requirements);
    }

    /** Reads statements into a body. */
    void read(List<Statement> statements, Body body) {
        for (Statement statement : statements) {
            if (isTooMuch(statement.place())) {
                return;
            }
            if (statement instanceof Statement.Chain chain) {
                new ChainReader(this, problems, body, chain).read();
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
    boolean isTooMuch(Place place) {
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

    static Problem reading(ConfigText at, String message) {
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
    ClassReference type(Term term, String name, Body body) {
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

    /** What to do about a name that is not there. */
    String hint(String name, Set<String> known) {
        return library.inPlaceOf(name).orElseGet(() -> Suggestion.hint(name, known));
    }

    /** A name that was reported counts as a class from now on, so that it is reported once. */
    ClassReference unknown(String name) {
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

    /** The last character of a place. */
    static Place end(Place place) {
        return new Place(place.source(), place.offset() + Math.max(0, place.length() - 1), 1);
    }
}
