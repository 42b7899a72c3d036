package org.flowstream.click;

import java.util.List;
import org.flowstream.problem.Place;

/** One statement of a configuration. */
public sealed interface Statement {
    Place place();

    /**
     * Elements, declared or connected or both: {@code a, b :: Class -> c}.
     *
     * @param stages what stands between the arrows, at least one
     */
    record Chain(List<Stage> stages, Place place) implements Statement {
        public Chain {
            stages = List.copyOf(stages);
        }
    }

    /**
     * {@code elementclass Name { ... }} or {@code elementclass Name Other}.
     *
     * @param definition a compound element or the name of another class
     */
    record ElementClass(String name, Place namePlace, Term definition, Place place) implements Statement {}

    /** {@code define($x 1, $y 2)}. */
    record Define(ConfigText config, Place place) implements Statement {}

    /** {@code require(package "x")}. */
    record Require(ConfigText config, Place place) implements Statement {}

    /** {@code provide(x)}. */
    record Provide(ConfigText config, Place place) implements Statement {}
}
