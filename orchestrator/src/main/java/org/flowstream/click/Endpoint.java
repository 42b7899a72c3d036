package org.flowstream.click;

import java.util.List;
import java.util.Optional;
import org.flowstream.problem.Place;

/**
 * One element in a chain: {@code [0] name :: Class(config) [1]}.
 *
 * @param inputs the ports before it
 * @param term a name, a class, a compound element or a group
 * @param declared the class behind {@code ::}
 * @param config the configuration string
 * @param outputs the ports behind it
 * @param place where all of this stands
 */
public record Endpoint(
        Ports inputs, Term term, Optional<Term> declared, Optional<ConfigText> config, Ports outputs, Place place) {
    /**
     * A port list.
     *
     * @param numbers the ports named
     * @param open whether as many ports follow the last one as the other side needs: {@code []} or {@code [2,]}
     */
    public record Ports(List<Integer> numbers, boolean open) {
        /** No list at all. */
        public static final Ports NONE = new Ports(List.of(), false);

        public Ports {
            numbers = List.copyOf(numbers);
        }

        public boolean isNone() {
            return numbers.isEmpty();
        }
    }
}
