package org.flowstream.reconcile;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.plan.Action;
import org.flowstream.plan.Desired;
import org.flowstream.rules.RuleCompiler;
import org.flowstream.rules.RuleDiff;
import org.flowstream.rules.SwitchChange;
import org.flowstream.rules.SwitchRules;

/**
 * The rules of chains whose machines come with packets: leases, and instances. They are set without a look at the switch,
 * since a packet waits for them; the loop, which looks, finds them as it would have set them.
 */
final class InstanceRules {
    private final HostSwitch openVswitch;
    private final BridgeName ownBridge;
    /** By bridge: flows that begin together empty the switch's cache together. */
    private final Map<BridgeName, SharedWork> settling = new ConcurrentHashMap<>();

    InstanceRules(HostSwitch openVswitch, BridgeName ownBridge) {
        this.openVswitch = openVswitch;
        this.ownBridge = ownBridge;
    }

    void renewLease(Action.RenewLease renew) {
        BridgeName bridge = renew.plan().bridge();
        HostSwitch.doing(() -> openVswitch.apply(
                bridge,
                List.of(renew.plan().id()),
                RuleCompiler.leases(renew.plan(), openVswitch.numbers(bridge)).stream()
                        .<SwitchChange>map(SwitchChange.AddFlow::new)
                        .toList()));
    }

    void steer(Action.SteerInstance steer) {
        BridgeName bridge = steer.instance().bridge();
        HostSwitch.doing(() -> {
            WantedRules wanted = openVswitch.wanted(bridge, Desired.nothing(ownBridge));
            SwitchRules before = SwitchRules.NONE;
            Set<ChainId> chains = new TreeSet<>(Set.of(steer.instance().id()));
            for (ChainPlan plan : steer.waiting()) {
                before = before.and(wanted.ofChain(plan, Stage.STEERED));
                chains.add(plan.id());
            }
            List<SwitchChange> changes = RuleDiff.changes(wanted.ofChain(steer.instance(), Stage.STEERED), before);
            openVswitch.apply(bridge, chains, changes);
            settling.computeIfAbsent(bridge, this::settling).done();
        });
    }

    private SharedWork settling(BridgeName bridge) {
        return new SharedWork(() -> {
            openVswitch.forgetCachedWays();
            // In user space one thread forwards, forgets and answers: what it sent us before is here when it answers.
            openVswitch.connection(bridge).hearOut();
        });
    }
}
