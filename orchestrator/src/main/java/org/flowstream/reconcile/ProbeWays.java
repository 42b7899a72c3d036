package org.flowstream.reconcile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.flowstream.chain.ChainPlan;
import org.flowstream.health.ForwardingProbe;
import org.flowstream.health.Watched;
import org.flowstream.model.BridgeName;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.openflow.OpenFlowConnection;

/** The switch as the probes need it: each way in by a device and out by the next one. */
record ProbeWays(Supplier<HostSwitch> openVswitch, Function<Name, Optional<ChainPlan>> plans)
        implements Watched.Switch {
    @Override
    public OpenFlowConnection connection(BridgeName bridge) {
        return openVswitch.get().connection(bridge);
    }

    @Override
    public List<ForwardingProbe.Way> ways(MachineSpec machine, BridgeName bridge) {
        List<ForwardingProbe.Way> ways = new ArrayList<>();
        int count = machine.devices().size();
        for (MachineSpec.Device in : machine.devices()) {
            MachineSpec.Device out = machine.devices().get((in.index() + 1) % count);
            Optional<Integer> inPort = openVswitch.get().number(bridge, in.tap());
            Optional<Integer> outPort = openVswitch.get().number(bridge, out.tap());
            if (inPort.isEmpty() || outPort.isEmpty()) {
                return List.of();
            }
            ways.add(new ForwardingProbe.Way(inPort.get(), in.mac(), out.index(), outPort.get()));
        }
        return ways;
    }

    @Override
    public Optional<Watched.Exit> exit(MachineSpec machine, BridgeName bridge) {
        return plans.apply(machine.chain())
                .filter(plan -> plan.bridge().equals(bridge))
                .flatMap(plan -> openVswitch.get().exit(plan, machine));
    }
}
