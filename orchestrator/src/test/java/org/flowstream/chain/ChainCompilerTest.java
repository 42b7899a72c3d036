package org.flowstream.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.RunState;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.junit.jupiter.api.Test;

final class ChainCompilerTest {
    private static MiddleboxSpec middlebox(String name, String... wires) {
        List<DeviceWiring> devices = new ArrayList<>();
        for (String wire : wires) {
            devices.add(new DeviceWiring("d" + devices.size(), DeviceMode.BUMP, WireEnd.parse(wire)));
        }
        return new MiddleboxSpec(
                Name.parse(name),
                "wire 1.0.0",
                ImageDigest.parse("00".repeat(32)),
                8,
                1,
                HypervisorChoice.AUTO,
                HealthSpec.STANDARD,
                devices);
    }

    private static ChainSpec spec(FailurePolicy failure, MiddleboxSpec... middleboxes) {
        return ChainSpec.of(
                Name.parse("web"),
                Owner.OPERATOR,
                new ChainSpec.Spec(
                        BridgeName.parse("br0"),
                        FlowMatch.parse("tcp,tp_dst=80"),
                        7,
                        failure,
                        RunState.RUNNING,
                        List.of(middleboxes)));
    }

    private static ChainPlan compile(FailurePolicy failure, MiddleboxSpec... middleboxes) {
        Map<Name, MachineId> machines = new TreeMap<>();
        for (MiddleboxSpec middlebox : middleboxes) {
            machines.put(middlebox.name(), new MachineId(machines.size()));
        }
        return ChainCompiler.compile(new DeclaredChain(new ChainId(1), spec(failure, middleboxes), false, machines));
    }

    /** The intents in words. */
    private static List<String> intents(ChainPlan plan) {
        return plan.intents().stream()
                .map(intent -> {
                    if (intent instanceof RuleIntent.Enter enter) {
                        return enter.from().port() + "[" + enter.match() + "] -> " + enter.to();
                    } else if (intent instanceof RuleIntent.Leave leave) {
                        return leave.from().port() + " -> " + leave.to();
                    } else {
                        return "probe " + ((RuleIntent.Probe) intent).at().port();
                    }
                })
                .toList();
    }

    @Test
    void aClosedChainOfOne() {
        ChainPlan plan = compile(FailurePolicy.CLOSED, middlebox("fw", "uplink", "servers"));
        assertThat(intents(plan))
                .containsExactly(
                        "probe fs000000000",
                        "probe fs000000001",
                        "uplink[tcp,tp_dst=80] -> fs000000000",
                        "servers[tcp,tp_src=80] -> fs000000001",
                        "fs000000000 -> uplink",
                        "fs000000001 -> servers");
        assertThat(plan.externalPorts()).extracting("text").containsExactly("uplink", "servers");
        assertThat(plan.taps()).extracting("text").containsExactly("fs000000000", "fs000000001");
        assertThat(plan.machines().get(0).devices().get(1).mac().toString()).isEqualTo("06:00:00:00:00:00");
    }

    @Test
    void anOpenChainOfOnePassesByItsMachine() {
        assertThat(intents(compile(FailurePolicy.OPEN, middlebox("fw", "uplink", "servers"))))
                .contains(
                        "uplink[tcp,tp_dst=80] -> fs000000000 else servers",
                        "servers[tcp,tp_src=80] -> fs000000001 else uplink",
                        "fs000000000 -> uplink");
    }

    @Test
    void anOpenChainOfTwoPassesByEitherOrBoth() {
        assertThat(intents(compile(
                        FailurePolicy.OPEN, middlebox("a", "uplink", "b/d0"), middlebox("b", "a/d1", "servers"))))
                .contains(
                        "uplink[tcp,tp_dst=80] -> fs000000000 else fs000000010 else servers",
                        "servers[tcp,tp_src=80] -> fs000000011 else fs000000001 else uplink",
                        "fs000000001 -> fs000000010 else servers",
                        "fs000000010 -> fs000000001 else uplink",
                        "fs000000011 -> servers");
    }

    @Test
    void aThirdPortIsAWayOutOnly() {
        assertThat(intents(compile(FailurePolicy.OPEN, middlebox("tee", "uplink", "servers", "monitor"))))
                .contains(
                        "uplink[tcp,tp_dst=80] -> fs000000000 else servers",
                        "servers[tcp,tp_src=80] -> fs000000001 else uplink",
                        "fs000000002 -> monitor")
                .noneMatch(intent -> intent.startsWith("monitor["));
    }

    @Test
    void aMachineOfOneDeviceSendsBackWhereItTakesAndHasNoWayAround() {
        assertThat(intents(compile(FailurePolicy.OPEN, middlebox("mirror", "lab"))))
                .contains("lab[tcp,tp_dst=80] -> fs000000000", "fs000000000 -> lab");
    }

    @Test
    void fourDevicesAreFourTaps() {
        assertThat(compile(FailurePolicy.CLOSED, middlebox("x", "a", "b", "c", "d"))
                        .taps())
                .extracting("text")
                .containsExactly("fs000000000", "fs000000001", "fs000000002", "fs000000003");
    }

    @Test
    void wiresInACircleEnd() {
        ChainPlan plan = compile(
                FailurePolicy.OPEN,
                middlebox("a", "b/d1", "b/d0"),
                middlebox("b", "a/d1", "a/d0"),
                middlebox("c", "uplink", "servers"));
        assertThat(intents(plan)).contains("fs000000000 -> fs000000011 else fs000000001");
    }

    @Test
    void allFaultsAreNamedAtOnce() {
        ChainSpec spec = spec(
                FailurePolicy.CLOSED,
                middlebox("a", "uplink", "uplink", "b/d0", "c/d0", "b/d7", "a/d5"),
                middlebox("b", "servers"));
        assertThat(ChainCompiler.faults(spec))
                .containsExactly(
                        "devices a/d0 and a/d1 are both wired to port 'uplink'",
                        "a/d2 is wired to b/d0, but b/d0 is wired to servers",
                        "a/d3 is wired to 'c/d0': the chain has no middlebox 'c'",
                        "a/d4 is wired to 'b/d7': 'b' has no device 'd7', but d0",
                        "a/d5 is wired to itself");
        assertThatThrownBy(() -> compile(FailurePolicy.CLOSED, middlebox("a", "b/d0"), middlebox("b", "a/d0")))
                .hasMessage("chain 'web' is wired to no external port");
    }
}
