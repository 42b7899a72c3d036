package org.flowstream.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.model.Accelerator;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.Instances;
import org.flowstream.model.Limits;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.Part;
import org.flowstream.model.PortName;
import org.flowstream.model.RunState;
import org.flowstream.model.StartMode;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.flowstream.plan.Desired;
import org.flowstream.plan.DesiredChain;
import org.flowstream.rules.BridgeRules;
import org.flowstream.rules.Cookie;
import org.flowstream.rules.FoundRules;
import org.flowstream.rules.SwitchChange;
import org.flowstream.rules.SwitchRules;
import org.flowstream.rules.Unclaimed;
import org.junit.jupiter.api.Test;

/** Two chains whose ICMP errors cannot be told apart, one of which is about to be about another host. */
class WantedRulesTest {
    private static final BridgeName BRIDGE = new BridgeName("flowstream");
    private final Map<PortName, Integer> numbers =
            new TreeMap<>(Map.of(new PortName("uplink"), 1, new PortName("servers"), 2));

    private ChainPlan chain(int id, String flow) {
        return chain(id, flow, Part.WHOLE);
    }

    private ChainPlan chain(int id, String flow, Part part) {
        MachineId machine = new MachineId(id);
        Name name = Name.parse("fw" + id);
        numbers.put(machine.portName(0), 10 * id);
        numbers.put(machine.portName(1), 10 * id + 1);
        MiddleboxSpec middlebox = new MiddleboxSpec(
                name,
                "wire 1.0.0",
                ImageDigest.parse("00".repeat(32)),
                8,
                1,
                HypervisorChoice.AUTO,
                HealthSpec.STANDARD,
                List.of(
                        new DeviceWiring("outside", DeviceMode.BUMP, WireEnd.parse("uplink")),
                        new DeviceWiring("inside", DeviceMode.BUMP, WireEnd.parse("servers"))));
        ChainSpec spec = ChainSpec.of(
                name,
                Owner.OPERATOR,
                new ChainSpec.Spec(
                        BRIDGE,
                        FlowMatch.parse(flow),
                        FlowMatch.parse(flow).reversed(),
                        100,
                        Instances.ONE,
                        StartMode.NOW,
                        ChainSpec.Spec.DEFAULT_IDLE,
                        FailurePolicy.CLOSED,
                        Limits.STANDARD,
                        RunState.RUNNING,
                        false,
                        List.of(middlebox),
                        part));
        return ChainCompiler.compile(new DeclaredChain(new ChainId(id), spec, true, Map.of(name, machine)));
    }

    private WantedRules wanted(ChainPlan... plans) {
        Desired desired = new Desired(
                BRIDGE,
                Accelerator.QEMU,
                List.of(),
                List.of(),
                List.of(plans).stream()
                        .map(plan -> new DesiredChain(plan, true, Map.of()))
                        .toList());
        return new WantedRules(BRIDGE, desired, numbers, Set.of(), Map.of(), new ChainId(7));
    }

    /** The rules of chains beside what others have in common. */
    private SwitchRules rules(WantedRules wanted, List<ChainPlan> common, ChainPlan... plans) {
        SwitchRules all = BridgeRules.own(Unclaimed.SWITCHED, List.of(), common, numbers);
        for (ChainPlan plan : plans) {
            all = all.and(new FoundRules(all).besideOthers(plan.id().bits(), wanted.ofChain(plan, Stage.STEERED)));
        }
        return all;
    }

    private static List<SwitchChange> changes(WantedRules wanted, SwitchRules rules) {
        FoundRules found = new FoundRules(rules);
        return wanted.baseChanges(found, wanted.states(found));
    }

    private static long dropsThatGo(List<SwitchChange> changes) {
        return changes.stream()
                .filter(change -> change instanceof SwitchChange.DeleteFlow delete
                        && delete.rule().isAmbiguous())
                .count();
    }

    @Test
    void whatChainsHaveInCommonStaysUntilTheOneThatChangesHasChanged() {
        ChainPlan web = chain(1, "tcp,nw_dst=10.0.0.2,tp_dst=80");
        ChainPlan names = chain(2, "udp,nw_dst=10.0.0.2,tp_dst=53");
        ChainPlan elsewhere = chain(2, "udp,nw_dst=10.0.0.3,tp_dst=53");
        List<ChainPlan> common = List.of(web, names);
        WantedRules wanted = wanted(web, elsewhere);
        assertThat(dropsThatGo(changes(wanted, rules(wanted, common, web, names))))
                .isZero();
        // Five sorts of ICMP errors about the one host.
        assertThat(dropsThatGo(changes(wanted, rules(wanted, common, web, elsewhere))))
                .isEqualTo(5);
    }

    /** It may have been ended since what is desired was looked at. */
    @Test
    void anInstanceIsBroughtBackOnlyToASwitchThatLostAll() {
        ChainPlan web = chain(1, "tcp,nw_dst=10.0.0.2,tp_dst=80");
        ChainPlan instance = chain(2, "udp,nw_dst=10.0.0.2,tp_dst=53", Part.ofChain(Name.parse("names")));
        WantedRules wanted = wanted(web, instance);
        SwitchRules base = BridgeRules.own(Unclaimed.SWITCHED, List.of(3), List.of(), numbers);
        assertThat(chainsAdded(wanted.openingChanges(new FoundRules(base)))).containsExactly(1L);
        assertThat(chainsAdded(wanted.openingChanges(new FoundRules(SwitchRules.NONE))))
                .containsExactly(1L, 2L);
    }

    private static Set<Long> chainsAdded(List<SwitchChange> changes) {
        return changes.stream()
                .filter(SwitchChange.AddFlow.class::isInstance)
                .map(change -> new Cookie(((SwitchChange.AddFlow) change).rule().cookie()).id())
                .filter(id -> id != 0)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
