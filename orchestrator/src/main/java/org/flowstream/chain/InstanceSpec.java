package org.flowstream.chain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.Instances;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Part;
import org.flowstream.model.RunState;
import org.flowstream.model.StartMode;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.flowstream.problem.BadValueException;

/** How machines that wait, and instances of chains, are declared. */
public final class InstanceSpec {
    private static final String PREFIX = "m-";
    private static final String EMPTY = "(empty)";
    /** Without a configuration nothing passes it. */
    private static final List<HealthLevel> LEVELS = List.of(HealthLevel.MACHINE, HealthLevel.CONTROL);

    private InstanceSpec() {}

    /** The name of a machine that waits, and of the instance that it becomes. */
    public static Name name(MachineId machine) {
        return new Name(PREFIX + machine);
    }

    /** What a machine that waits is made of. */
    public record Blank(
            Name pool, ChainSpec of, ImageDigest image, int memoryMib, int devices, HypervisorChoice hypervisor) {}

    /** A machine that waits on the bridge of a chain, as a chain of its own that takes no flow. */
    public static ChainSpec waiting(MachineId machine, Blank blank) {
        List<DeviceWiring> devices = new ArrayList<>();
        for (int device = 0; device < blank.devices(); device++) {
            devices.add(new DeviceWiring(Integer.toString(device), DeviceMode.BUMP, new WireEnd.Nowhere()));
        }
        ChainSpec.Spec chain = blank.of().spec();
        MiddleboxSpec middlebox = new MiddleboxSpec(
                name(machine),
                EMPTY,
                blank.image(),
                blank.memoryMib(),
                1,
                blank.hypervisor(),
                new HealthSpec(LEVELS, HealthSpec.STANDARD.heartbeat()),
                devices);
        return ChainSpec.of(
                name(machine),
                blank.of().owner(),
                part(chain, FlowMatch.ANY, FlowMatch.ANY, List.of(middlebox), Part.ofPool(blank.pool())));
    }

    /**
     * The instance that machines which wait become.
     *
     * @param chain whose flow it takes a part of
     * @param waiting as many as the chain has middleboxes, in their order
     */
    public static DeclaredChain bound(ChainSpec chain, InstanceKey key, List<DeclaredChain> waiting) {
        List<MiddleboxSpec> middleboxes = chain.spec().middleboxes();
        if (middleboxes.size() != waiting.size()) {
            throw BadValueException.of("chain '" + chain.name() + "' has " + middleboxes.size() + " middleboxes, and "
                    + waiting.size() + " machines are given");
        }
        Map<Name, MiddleboxSpec> machines = new HashMap<>();
        Map<Name, MachineId> ids = new TreeMap<>();
        for (int i = 0; i < waiting.size(); i++) {
            MiddleboxSpec machine = waiting.get(i).spec().spec().middleboxes().get(0);
            machines.put(middleboxes.get(i).name(), machine);
            ids.putAll(waiting.get(i).machines());
        }
        List<MiddleboxSpec> bound = new ArrayList<>();
        for (MiddleboxSpec middlebox : middleboxes) {
            bound.add(bound(middlebox, machines));
        }
        DeclaredChain first = waiting.get(0);
        ChainSpec spec = ChainSpec.of(
                first.name(),
                chain.owner(),
                part(chain.spec(), key.flow(), key.returnFlow(), bound, Part.ofChain(chain.name())));
        return new DeclaredChain(first.id(), spec, true, ids);
    }

    /**
     * Whether an instance is what a chain, as it is declared by now, would make for the same part of its flow. Where it is
     * not, or the chain takes nothing for a time, the instance is to go: what it serves would not be as declared.
     */
    public static boolean isOf(ChainSpec chain, ChainSpec instance) {
        ChainSpec.Spec whole = chain.spec();
        ChainSpec.Spec part = instance.spec();
        return whole.isOnDemand()
                && whole.state() == RunState.RUNNING
                && !whole.bypassed()
                && whole.bridge().equals(part.bridge())
                && whole.priority() == part.priority()
                && whole.failure() == part.failure()
                && part.flow().within(whole.flow())
                && part.returnFlow().within(whole.returnFlow())
                && areOf(whole.middleboxes(), part.middleboxes());
    }

    private static boolean areOf(List<MiddleboxSpec> declared, List<MiddleboxSpec> bound) {
        if (declared.size() != bound.size()) {
            return false;
        }
        Map<Name, MiddleboxSpec> machines = new HashMap<>();
        for (int i = 0; i < bound.size(); i++) {
            machines.put(declared.get(i).name(), bound.get(i));
        }
        return declared.stream()
                .map(middlebox -> bound(middlebox, machines))
                .toList()
                .equals(bound);
    }

    private static MiddleboxSpec bound(MiddleboxSpec middlebox, Map<Name, MiddleboxSpec> machines) {
        MiddleboxSpec machine = of(machines, middlebox.name());
        List<DeviceWiring> devices = middlebox.devices().stream()
                .map(device -> new DeviceWiring(device.device(), device.mode(), renamed(device.to(), machines)))
                .toList();
        return new MiddleboxSpec(
                machine.name(),
                middlebox.template(),
                middlebox.origin(),
                middlebox.parameters(),
                middlebox.image(),
                middlebox.guest(),
                machine.memoryMib(),
                machine.vcpus(),
                machine.hypervisor(),
                machine.health(),
                devices);
    }

    private static WireEnd renamed(WireEnd end, Map<Name, MiddleboxSpec> machines) {
        return end instanceof WireEnd.ToDevice to
                ? new WireEnd.ToDevice(of(machines, to.middlebox()).name(), to.device())
                : end;
    }

    private static MiddleboxSpec of(Map<Name, MiddleboxSpec> machines, Name middlebox) {
        MiddleboxSpec machine = machines.get(middlebox);
        if (machine == null) {
            throw BadValueException.of("there is no middlebox '" + middlebox + "'");
        }
        return machine;
    }

    private static ChainSpec.Spec part(
            ChainSpec.Spec chain, FlowMatch flow, FlowMatch returnFlow, List<MiddleboxSpec> middleboxes, Part part) {
        return new ChainSpec.Spec(
                chain.bridge(),
                flow,
                returnFlow,
                chain.priority(),
                Instances.ONE,
                StartMode.NOW,
                chain.idle(),
                chain.failure(),
                chain.limits(),
                chain.state(),
                false,
                middleboxes,
                part);
    }
}
