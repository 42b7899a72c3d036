package org.flowstream.chain;

import java.util.List;
import java.util.stream.Stream;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;

/**
 * A compiled chain: the machines, taps and rule intents that it needs on its bridge.
 *
 * @param priority of its entry rules among the chains of the bridge, 0 to 9999, higher first
 * @param role what its rules are to each other's
 * @param machines in the order in which the flow passes them
 */
public record ChainPlan(
        ChainId id,
        Name name,
        Owner owner,
        BridgeName bridge,
        int priority,
        FailurePolicy failure,
        Role role,
        List<MachineSpec> machines,
        List<RuleIntent> intents) {
    /** What a chain's rules are to those of others. */
    public enum Role {
        /** It takes its flow. */
        WHOLE,
        /** It takes its flow as long as no instance takes a part of it. */
        ENTRANCE,
        /** It takes a part of another chain's flow. */
        INSTANCE,
        /** It takes nothing: its machines wait. */
        POOLED
    }

    public ChainPlan {
        machines = List.copyOf(machines);
        intents = List.copyOf(intents);
    }

    /** The taps of all machines, in order. */
    public List<PortName> taps() {
        return machines.stream().flatMap(machine -> machine.taps().stream()).toList();
    }

    /** The external ports that its rules name, each once, in order. */
    public List<PortName> externalPorts() {
        return intents.stream()
                .flatMap(ChainPlan::places)
                .filter(Place.External.class::isInstance)
                .map(Place::port)
                .distinct()
                .toList();
    }

    /** Its intents of one kind, in order. */
    public <T extends RuleIntent> List<T> intents(Class<T> kind) {
        return intents.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private static Stream<Place> places(RuleIntent intent) {
        if (intent instanceof RuleIntent.Enter enter) {
            return Stream.concat(Stream.of(enter.from()), enter.to().places().stream());
        }
        if (intent instanceof RuleIntent.Await await) {
            return Stream.concat(Stream.of(await.from()), await.policy().places().stream());
        }
        if (intent instanceof RuleIntent.Leave leave) {
            return Stream.concat(Stream.of(leave.from()), leave.to().places().stream());
        }
        return Stream.empty();
    }
}
