package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Duration;
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
        requireKind(apiVersion, kind, KIND);
    }

    /** Refuses a document of another version, or of another kind than its reader takes it for. */
    static void requireKind(String apiVersion, String kind, String expected) {
        if (!apiVersion.equals(API_VERSION)) {
            throw BadValueException.expected(apiVersion, "apiVersion " + API_VERSION);
        }
        if (!kind.equals(expected)) {
            throw BadValueException.expected(kind, "kind " + expected);
        }
    }

    public static ChainSpec of(Name name, Owner owner, Spec spec) {
        return new ChainSpec(API_VERSION, KIND, name, owner, spec);
    }

    /** The same chain, wished to run or to be off. */
    public ChainSpec withState(RunState state) {
        return of(name, owner, spec.in(state, spec.bypassed));
    }

    /** The same chain, with its middleboxes out of the path of its flow or in it. */
    public ChainSpec withBypassed(boolean bypassed) {
        return of(name, owner, spec.in(spec.state, bypassed));
    }

    /** The same chain with one of its middleboxes as given; one that has none of that name stays as it is. */
    public ChainSpec with(MiddleboxSpec changed) {
        return of(
                name,
                owner,
                spec.with(spec.middleboxes.stream()
                        .map(middlebox -> middlebox.name().equals(changed.name()) ? changed : middlebox)
                        .toList()));
    }

    /** The same chain, of which another flow comes back. */
    public ChainSpec withReturnFlow(FlowMatch returnFlow) {
        return of(name, owner, spec.returning(returnFlow));
    }

    /** This chain in the state of another: what a document leaves as it is. */
    public ChainSpec inStateOf(ChainSpec other) {
        return of(name, owner, spec.in(other.spec.state, other.spec.bypassed));
    }

    /**
     * What is wished of it.
     *
     * @param bridge where its external ports are
     * @param flow which frames it takes, as seen at the first external port
     * @param returnFlow which frames it takes at the second: the reverse of the flow, unless its middleboxes translate
     * @param priority of its entry rules among the chains of the bridge, 0 to 9999, higher first
     * @param instances how many there are of its middleboxes
     * @param start when its machines start
     * @param idle after how long without a packet a flow's machines go that were started by its first: 1 s to 24 h
     * @param limits what it may ask of the host
     * @param bypassed whether its flow passes by all of its middleboxes, from external port to external port
     * @param middleboxes in the order in which the flow passes them, 1 to {@value #MOST_MIDDLEBOXES}
     * @param part what it is a part of
     */
    public record Spec(
            BridgeName bridge,
            FlowMatch flow,
            FlowMatch returnFlow,
            int priority,
            Instances instances,
            StartMode start,
            Duration idle,
            FailurePolicy failure,
            Limits limits,
            RunState state,
            boolean bypassed,
            List<MiddleboxSpec> middleboxes,
            Part part) {
        public static final int DEFAULT_PRIORITY = 100;
        public static final int MOST_MIDDLEBOXES = 16;
        public static final Duration DEFAULT_IDLE = Duration.ofMinutes(1);

        private static final int HIGHEST_PRIORITY = 9999;
        private static final Duration SHORTEST_IDLE = Duration.ofSeconds(1);
        private static final Duration LONGEST_IDLE = Duration.ofHours(24);

        @JsonCreator
        public Spec {
            middleboxes = List.copyOf(middleboxes);
            if (priority < 0 || priority > HIGHEST_PRIORITY) {
                throw BadValueException.expected(Integer.toString(priority), "a chain priority from 0 to 9999");
            }
            if (idle.compareTo(SHORTEST_IDLE) < 0 || idle.compareTo(LONGEST_IDLE) > 0) {
                throw BadValueException.expected(Durations.text(idle), "an idle time from 1s to 24h");
            }
            if (middleboxes.isEmpty()) {
                throw BadValueException.of("a chain needs a middlebox");
            }
            if (middleboxes.size() > MOST_MIDDLEBOXES) {
                throw BadValueException.of(
                        "the chain has " + middleboxes.size() + " middleboxes: expected at most " + MOST_MIDDLEBOXES);
            }
            Set<Name> names = new HashSet<>();
            for (MiddleboxSpec middlebox : middleboxes) {
                if (!names.add(middlebox.name())) {
                    throw BadValueException.of("the chain has two middleboxes named '" + middlebox.name() + "'");
                }
            }
        }

        /** A chain that stands for itself. */
        public Spec(
                BridgeName bridge,
                FlowMatch flow,
                FlowMatch returnFlow,
                int priority,
                Instances instances,
                StartMode start,
                Duration idle,
                FailurePolicy failure,
                Limits limits,
                RunState state,
                boolean bypassed,
                List<MiddleboxSpec> middleboxes) {
            this(
                    bridge,
                    flow,
                    returnFlow,
                    priority,
                    instances,
                    start,
                    idle,
                    failure,
                    limits,
                    state,
                    bypassed,
                    middleboxes,
                    Part.WHOLE);
        }

        /** A chain of one instance that starts now, and whose middleboxes do not translate. */
        public Spec(
                BridgeName bridge,
                FlowMatch flow,
                int priority,
                FailurePolicy failure,
                RunState state,
                List<MiddleboxSpec> middleboxes) {
            this(
                    bridge,
                    flow,
                    flow.reversed(),
                    priority,
                    Instances.ONE,
                    StartMode.NOW,
                    DEFAULT_IDLE,
                    failure,
                    Limits.STANDARD,
                    state,
                    false,
                    middleboxes);
        }

        private Spec in(RunState newState, boolean newBypassed) {
            return changed(returnFlow, newState, newBypassed, middleboxes);
        }

        private Spec with(List<MiddleboxSpec> others) {
            return changed(returnFlow, state, bypassed, others);
        }

        private Spec returning(FlowMatch other) {
            return changed(other, state, bypassed, middleboxes);
        }

        private Spec changed(
                FlowMatch newReturnFlow, RunState newState, boolean newBypassed, List<MiddleboxSpec> others) {
            return new Spec(
                    bridge,
                    flow,
                    newReturnFlow,
                    priority,
                    instances,
                    start,
                    idle,
                    failure,
                    limits,
                    newState,
                    newBypassed,
                    others,
                    part);
        }

        /** The middleboxes that have machines of this chain: none of one whose machines come with packets. */
        public List<MiddleboxSpec> ownMachines() {
            return isOnDemand() ? List.of() : middleboxes;
        }

        /** Whether its machines come with packets of its flow: it has none of its own, its instances have. */
        @JsonIgnore
        public boolean isOnDemand() {
            return part.isWhole() && (instances != Instances.ONE || start == StartMode.FIRST_PACKET);
        }
    }
}
