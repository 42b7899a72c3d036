package org.flowstream.reconcile;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.plan.Desired;
import org.flowstream.plan.DesiredChain;
import org.flowstream.plan.Observed;
import org.flowstream.plan.ObservedMachine;
import org.flowstream.plan.ObservedRules;
import org.flowstream.plan.Plan;

/** One round of the loop: what it looked at and what it decided. */
public final class Pass {
    private final long number;
    private final Desired desired;
    private final Observed observed;
    private final Plan plan;
    private final Set<String> busy;
    /** By what they are asked for: with many chains each is asked for in each round. */
    private final Map<Name, DesiredChain> chains = new HashMap<>();

    private final Map<MachineId, MachineSpec> specs = new HashMap<>();
    private final Map<MachineId, ObservedMachine> machines = new HashMap<>();
    private final Map<Place, ObservedRules.State> rules = new HashMap<>();

    private record Place(ChainId chain, BridgeName bridge) {}

    /**
     * Of what was seen and planned.
     *
     * @param number from 1
     * @param busy the groups of actions that were going on when it began to look
     */
    Pass(long number, Desired desired, Observed observed, Plan plan, Set<String> busy) {
        this.number = number;
        this.desired = desired;
        this.observed = observed;
        this.plan = plan;
        this.busy = Set.copyOf(busy);
        for (DesiredChain chain : desired.chains()) {
            chains.putIfAbsent(chain.plan().name(), chain);
            chain.plan().machines().forEach(machine -> specs.putIfAbsent(machine.id(), machine));
        }
        observed.machines().forEach(machine -> machines.putIfAbsent(machine.id(), machine));
        observed.rules().forEach(each -> rules.putIfAbsent(new Place(each.chain(), each.bridge()), each.state()));
    }

    public long number() {
        return number;
    }

    public Desired desired() {
        return desired;
    }

    public Observed observed() {
        return observed;
    }

    public Plan plan() {
        return plan;
    }

    public Set<String> busy() {
        return busy;
    }

    /** A chain as it is desired. */
    public Optional<DesiredChain> chain(Name name) {
        return Optional.ofNullable(chains.get(name));
    }

    /** A machine as it is desired. */
    public Optional<MachineSpec> spec(MachineId id) {
        return Optional.ofNullable(specs.get(id));
    }

    public Optional<ObservedMachine> machine(MachineId id) {
        return Optional.ofNullable(machines.get(id));
    }

    /** Whether a machine runs and is ready. */
    public boolean isReady(MachineId id) {
        return readyMachine(id).isPresent();
    }

    private Optional<ObservedMachine> readyMachine(MachineId id) {
        return machine(id)
                .filter(machine -> machine.power() == ObservedMachine.Power.RUNNING)
                .filter(machine -> machine.wellness() == ObservedMachine.Wellness.READY);
    }

    /** Whether all machines of a chain are as declared and ready and its flow is steered to them. */
    public boolean isReady(Name name) {
        return chain(name)
                .filter(chain -> chain.plan().machines().stream()
                        .allMatch(spec -> readyMachine(spec.id())
                                .filter(machine -> machine.difference(spec).isEmpty())
                                .isPresent()))
                .filter(this::isSteered)
                .isPresent();
    }

    /** Whether a chain is ready and no action of it goes on: what it had to tell has been told. */
    public boolean isSettled(Name name) {
        return !busy.contains(Groups.of(name)) && isReady(name);
    }

    /** Whether the switch has the rules of a chain as they are declared, and nobody is about to change them. */
    public boolean isSteered(Name name) {
        return !busy.contains(Groups.of(name))
                && chain(name).filter(this::isSteered).isPresent();
    }

    private boolean isSteered(DesiredChain chain) {
        return rules(chain).equals(Optional.of(ObservedRules.State.STEERED));
    }

    /** What the switch has of a chain's rules; empty when it has none. */
    public Optional<ObservedRules.State> rules(DesiredChain chain) {
        return Optional.ofNullable(
                rules.get(new Place(chain.plan().id(), chain.plan().bridge())));
    }

    /** Why a chain cannot be brought about now; empty when nothing stands in its way. */
    public Optional<String> blocked(Name name) {
        return plan.blocked().stream()
                .filter(blocked -> blocked.subject().equals("chain '" + name + "'"))
                .map(blocked -> blocked.reason())
                .findFirst();
    }

    /** Whether nothing of a chain that is declared no more is left. */
    public boolean isGone(DeclaredChain chain) {
        Set<MachineId> ids = Set.copyOf(chain.machines().values());
        return !busy.contains(Groups.of(chain.name()))
                && chain(chain.name())
                        .filter(it -> it.plan().id().equals(chain.id()))
                        .isEmpty()
                && observed.machines().stream().noneMatch(machine -> ids.contains(machine.id()))
                && observed.rules().stream().noneMatch(rules -> rules.chain().equals(chain.id()))
                && observed.taps().stream()
                        .flatMap(tap -> MachineId.ofPort(tap).stream())
                        .noneMatch(ids::contains)
                && observed.ports().stream()
                        .flatMap(port -> MachineId.ofPort(port.name()).stream())
                        .noneMatch(ids::contains);
    }
}
