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
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.flowstream.problem.BadValueException;

/**
 * The step from a declared chain to what it needs: machines with taps and addresses, and rule intents.
 *
 * <p>The sides of a chain are the first two of its devices that are wired to external ports. The flow enters at the
 * first as it is declared and at the second in reverse; other external ports (a copy's) are ways out only. With the
 * policy {@code open}, a frame for a machine that is down goes by it: from one of its first two devices to the other.
 * What a further device would have got (a copy), and a machine of one device, is then without.
 */
public final class ChainCompiler {
    private final DeclaredChain chain;
    private final Wires wires;

    private ChainCompiler(DeclaredChain chain) {
        this.chain = chain;
        this.wires = new Wires(chain.spec());
    }

    /** What is wrong with a declaration, one sentence each; empty when {@link #compile} takes it. */
    public static List<String> faults(ChainSpec spec) {
        return new Wires(spec).faults(spec);
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
                spec.middleboxes().stream().map(this::machine).toList(),
                intents());
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
        int sides = 0;
        for (Wires.End end : ends) {
            if (wires.at(end) instanceof WireEnd.ToPort to && sides < 2) {
                FlowMatch flow = chain.spec().spec().flow();
                FlowMatch match = sides == 0 ? flow : flow.reversed();
                intents.add(new RuleIntent.Enter(new Place.External(to.port()), match, into(end)));
                sides++;
            }
        }
        ends.forEach(end -> intents.add(new RuleIntent.Leave(tap(end), outOf(end))));
        return intents;
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
