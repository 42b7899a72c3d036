package org.flowstream.click;

import java.util.List;
import java.util.Optional;

/** What a class name means at one place of a configuration. */
sealed interface ClassReference {
    /** The name by which anonymous elements of the class are named; empty for an anonymous compound element. */
    String name();

    /** A class of the library. */
    record Library(String name) implements ClassReference {}

    /** A name that was reported as unknown. */
    record Unknown(String name) implements ClassReference {}

    /**
     * A compound element.
     *
     * @param variants its bodies
     * @param extended the class that is tried when none of them fits
     */
    record Compound(String name, List<Body> variants, Optional<ClassReference> extended) implements ClassReference {
        public Compound {
            variants = List.copyOf(variants);
        }

        /** How messages call it. */
        String printableName() {
            return name.isEmpty() ? "<anonymous>" : name;
        }
    }
}
