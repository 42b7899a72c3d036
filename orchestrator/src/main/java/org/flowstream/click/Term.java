package org.flowstream.click;

import java.util.List;
import org.flowstream.problem.Place;

/** What an endpoint or a declaration names. */
public sealed interface Term {
    Place place();

    /** The name of an element or of a class: which of them depends on what was declared before. */
    record Name(String name, Place place) implements Term {}

    /**
     * A compound element, {@code { ... || ... }}.
     *
     * @param variants its bodies, of which the first that fits an element's arguments and ports is taken
     * @param extending whether {@code ...} ends it: the class of the same name that was known before is tried last
     */
    record Compound(List<Variant> variants, boolean extending, Place place) implements Term {
        public Compound {
            variants = List.copyOf(variants);
        }
    }

    /** Elements in parentheses, which act as one without being a class. */
    record Group(List<Statement> statements, Place place) implements Term {
        public Group {
            statements = List.copyOf(statements);
        }
    }

    /** Nothing: in a compound element, {@code -> x} begins at its input and {@code x ->} ends at its output. */
    record Implicit(Place place) implements Term {}

    /** One body of a compound element. */
    record Variant(List<Formal> formals, List<Statement> statements, Place place) {
        public Variant {
            formals = List.copyOf(formals);
            statements = List.copyOf(statements);
        }
    }

    /**
     * A formal argument of a compound element.
     *
     * @param keyword the keyword by which it is given; empty for a positional one, {@code __REST__} for the rest
     * @param variable the variable that holds it, without its dollar sign
     */
    record Formal(String keyword, String variable, Place place) {}
}
