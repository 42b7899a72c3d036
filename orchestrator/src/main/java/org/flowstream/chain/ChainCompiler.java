package org.flowstream.chain;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.Instances;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.RunState;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.flowstream.problem.BadValueException;

/**
 * The step from a declared chain to what it needs: machines with taps and addresses, and rule intents.
 *
 * <p>The sides of a chain are the first two of its devices that are wired to external ports. The flow enters at the
 * first as it is declared and at the second as its return flow; other external ports (a copy's) are ways out only. Where
 * a middlebox with addresses stands at a side, its neighbours' questions and answers (ARP, ND) enter too. A chain that is
 * passed by leads from side to side; what is still in its machines leaves them as before. With the
 * policy {@code open}, a frame for a machine that is down goes by it: from one of its first two devices to the other.
 * What a further device would have got (a copy), and a machine of one device, is then without.
 */
public final class ChainCompiler {
    private static final int SIDES = 2;

    private final DeclaredChain chain;
    private final Wires wires;

    private ChainCompiler(DeclaredChain chain) {
        this.chain = chain;
        this.wires = new Wires(chain.spec());
    }

    /** What is wrong with a declaration, one sentence each; empty when {@link #compile} takes it. */
    public static List<String> faults(ChainSpec spec) {
        List<String> faults = new ArrayList<>(new Wires(spec).faults(spec));
        if (spec.spec().isOnDemand()) {
            faults.addAll(OnDemand.faults(spec));
        }
        return faults;
    }

    /** The plan of a chain; a faulty declaration is refused with all its {@link #faults}. */
    public static ChainPlan compile(DeclaredChain chain) {
        List<String> faults = faults(chain.spec());
        if (!faults.isEmpty()) {
            throw BadValueException.of(String.join("; ", faults));
        }
        return new ChainCompiler(chain).plan();
    }

    private ChainPlan plan() {
        ChainSpec.Spec spec = chain.spec().spec();
        return new ChainPlan(
                chain.id(),
                chain.name(),
                chain.spec().owner(),
                spec.bridge(),
                spec.priority(),
                spec.failure(),
                role(),
                spec.ownMachines().stream().map(this::machine).toList(),
                spec.isOnDemand() ? entrances() : intents());
    }

    private ChainPlan.Role role() {
        ChainSpec.Spec spec = chain.spec().spec();
        return switch (spec.part().kind()) {
            case WHOLE -> spec.isOnDemand() ? ChainPlan.Role.ENTRANCE : ChainPlan.Role.WHOLE;
            case INSTANCE -> ChainPlan.Role.INSTANCE;
            case POOLED -> ChainPlan.Role.POOLED;
        };
    }

    /** Where the flow of a chain comes in whose machines come with its packets. */
    private List<RuleIntent> entrances() {
        ChainSpec.Spec spec = chain.spec().spec();
        List<Place> ports = Wires.ends(chain.spec()).stream()
                .flatMap(end -> external(end).stream())
                .limit(SIDES)
                .toList();
        boolean around = spec.bypassed() || spec.failure() == FailurePolicy.OPEN;
        List<RuleIntent> intents = new ArrayList<>();
        for (int side = 0; side < ports.size(); side++) {
            Target policy = around && ports.size() == SIDES ? new Target(List.of(ports.get(1 - side))) : Target.NOWHERE;
            Place.External from = (Place.External) ports.get(side);
            FlowMatch flow = side == 0 ? spec.flow() : spec.returnFlow();
            intents.add(
                    spec.bypassed()
                            ? new RuleIntent.Enter(from, flow, policy)
                            : new RuleIntent.Await(
                                    from,
                                    flow,
                                    policy,
                                    spec.instances() == Instances.PER_CONNECTION,
                                    spec.state() == RunState.RUNNING));
        }
        return intents;
    }

    private MachineSpec machine(MiddleboxSpec middlebox) {
        MachineId id = chain.machine(middlebox.name());
        List<MachineSpec.Device> devices = new ArrayList<>();
        for (DeviceWiring wiring : middlebox.devices()) {
            int index = devices.size();
            devices.add(new MachineSpec.Device(index, wiring.device(), id.portName(index), id.mac(index)));
        }
        return new MachineSpec(
                id,
                middlebox.name(),
                chain.name(),
                chain.spec().owner(),
                middlebox.image(),
                middlebox.guest(),
                middlebox.memoryMib(),
                middlebox.vcpus(),
                middlebox.hypervisor(),
                middlebox.health(),
                devices);
    }

    private List<RuleIntent> intents() {
        List<RuleIntent> intents = new ArrayList<>();
        List<Wires.End> ends = Wires.ends(chain.spec());
        ends.forEach(end -> intents.add(new RuleIntent.Probe(tap(end))));
        List<Wires.End> sides = ends.stream()
                .filter(end -> wires.at(end) instanceof WireEnd.ToPort)
                .limit(SIDES)
                .toList();
        for (int side = 0; side < sides.size(); side++) {
            intents.addAll(enter(sides, side));
        }
        ends.forEach(end -> intents.add(new RuleIntent.Leave(tap(end), outOf(end))));
        return intents;
    }

    /** The ways in by one of the sides: none for a chain that is passed by and has no other side to lead to. */
    private List<RuleIntent> enter(List<Wires.End> sides, int side) {
        ChainSpec.Spec spec = chain.spec().spec();
        Wires.End end = sides.get(side);
        Optional<Target> to = !spec.bypassed()
                ? Optional.of(into(end))
                : sides.size() < SIDES
                        ? Optional.empty()
                        : external(sides.get(1 - side)).map(place -> new Target(List.of(place)));
        FlowMatch flow = side == 0 ? spec.flow() : spec.returnFlow();
        List<FlowMatch> matches = new ArrayList<>(List.of(flow));
        if (!spec.bypassed() && meetsAddressed(end)) {
            matches.addAll(Neighbours.of(flow));
        }
        Place.External from = (Place.External) external(end).orElseThrow();
        return to.stream()
                .flatMap(target -> matches.stream().<RuleIntent>map(it -> new RuleIntent.Enter(from, it, target)))
                .toList();
    }

    /** Whether what enters by a device comes, behind middleboxes that pass frames on, to one that has addresses. */
    private boolean meetsAddressed(Wires.End first) {
        Set<Wires.End> passed = new HashSet<>();
        Optional<Wires.End> next = Optional.of(first);
        while (next.isPresent() && passed.add(next.get())) {
            if (wires.isAddressed(next.get())) {
                return true;
            }
            next = wires.through(next.get()).flatMap(wires::far);
        }
        return false;
    }

    private Place.Tap tap(Wires.End end) {
        MachineId id = chain.machine(end.middlebox());
        return new Place.Tap(id, end.device(), id.portName(end.device()), id.mac(end.device()));
    }

    /** Where to send what is to enter a machine by a device: its tap, and with {@code open} the way around it. */
    private Target into(Wires.End end) {
        List<Place> places = new ArrayList<>();
        Set<Wires.End> passed = new HashSet<>();
        Optional<Wires.End> next = Optional.of(end);
        while (next.isPresent() && passed.add(next.get())) {
            places.add(tap(next.get()));
            Optional<Wires.End> out =
                    chain.spec().spec().failure() == FailurePolicy.OPEN ? wires.through(next.get()) : Optional.empty();
            out.ifPresent(through -> external(through).ifPresent(places::add));
            next = out.flatMap(wires::far);
        }
        return new Target(places);
    }

    private Target outOf(Wires.End end) {
        Optional<Place> external = external(end);
        if (wires.at(end) instanceof WireEnd.Nowhere) {
            return Target.NOWHERE;
        }
        return external.isPresent()
                ? new Target(List.of(external.get()))
                : into(wires.far(end).orElseThrow());
    }

    private Optional<Place> external(Wires.End end) {
        return wires.at(end) instanceof WireEnd.ToPort to
                ? Optional.of(new Place.External(to.port()))
                : Optional.empty();
    }
}
