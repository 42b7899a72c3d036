package org.flowstream.reconcile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.MachineId;
import org.flowstream.plan.Desired;
import org.flowstream.plan.DesiredChain;
import org.flowstream.plan.Observed;
import org.flowstream.plan.Wish;

/** What the planner is given: the declarations as what is desired, and of what was observed the part that is ours. */
record Wishes(BridgeName ownBridge, Declarations declarations, World world) {
    /** Without the rules of chains that were never declared here: another daemon's, on a bridge that is shared. */
    Observed ofUs(Observed observed, Set<ChainId> own) {
        return new Observed(
                observed.bridges(),
                observed.ports(),
                observed.taps(),
                observed.offloadsOn(),
                observed.machines(),
                observed.rules().stream()
                        .filter(rules -> declarations.isOwn(rules.chain()) || own.contains(rules.chain()))
                        .toList(),
                observed.unseen());
    }

    Desired desired(List<DeclaredChain> chains, Function<DeclaredChain, Map<MachineId, Wish>> wishes) {
        return desired(chains, declarations.ports(), declarations.leavingPorts(), wishes);
    }

    Desired desired(
            List<DeclaredChain> chains,
            List<ExternalPort> ports,
            List<ExternalPort> leaving,
            Function<DeclaredChain, Map<MachineId, Wish>> wishes) {
        List<DesiredChain> desired = new ArrayList<>();
        for (DeclaredChain chain : chains) {
            desired.add(new DesiredChain(ChainCompiler.compile(chain), chain.wasReady(), wishes.apply(chain)));
        }
        return new Desired(ownBridge, world.accelerator(), ports, leaving, desired);
    }
}
