package org.flowstream.model;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.flowstream.net.FlowMatch;
import org.flowstream.problem.BadValueException;

/**
 * A chain as declared: the object that a user writes, that the store keeps and the API answers.
 *
 * @param apiVersion {@value #API_VERSION}
 * @param kind {@value #KIND}
 */
public record ChainSpec(String apiVersion, String kind, Name name, Owner owner, Spec spec) {
    public static final String API_VERSION = "flowstream/v1";
    public static final String KIND = "Chain";

    public ChainSpec {
        if (!apiVersion.equals(API_VERSION)) {
            throw BadValueException.expected(apiVersion, "apiVersion " + API_VERSION);
        }
        if (!kind.equals(KIND)) {
            throw BadValueException.expected(kind, "kind " + KIND);
        }
    }

    public static ChainSpec of(Name name, Owner owner, Spec spec) {
        return new ChainSpec(API_VERSION, KIND, name, owner, spec);
    }

    /** The same chain, wished to run or to be off. */
    public ChainSpec withState(RunState state) {
        return of(name, owner, new Spec(spec.bridge, spec.flow, spec.priority, spec.failure, state, spec.middleboxes));
    }

    /**
     * What is wished of it.
     *
     * @param bridge where its external ports are
     * @param flow which frames it takes, as seen at the first external port; the far port takes the reverse
     * @param priority of its entry rules among the chains of the bridge, 0 to 9999, higher first
     * @param middleboxes in the order in which the flow passes them
     */
    public record Spec(
            BridgeName bridge,
            FlowMatch flow,
            int priority,
            FailurePolicy failure,
            RunState state,
            List<MiddleboxSpec> middleboxes) {
        public static final int DEFAULT_PRIORITY = 100;
        private static final int HIGHEST_PRIORITY = 9999;

        public Spec {
            middleboxes = List.copyOf(middleboxes);
            if (priority < 0 || priority > HIGHEST_PRIORITY) {
                throw BadValueException.expected(Integer.toString(priority), "a chain priority from 0 to 9999");
            }
            if (middleboxes.isEmpty()) {
                throw BadValueException.of("a chain needs a middlebox");
            }
            Set<Name> names = new HashSet<>();
            for (MiddleboxSpec middlebox : middleboxes) {
                if (!names.add(middlebox.name())) {
                    throw BadValueException.of("the chain has two middleboxes named '" + middlebox.name() + "'");
                }
            }
        }
    }
}
