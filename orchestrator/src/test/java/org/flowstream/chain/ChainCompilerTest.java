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
import org.flowstream.model.Instances;
import org.flowstream.model.Limits;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.RunState;
import org.flowstream.model.StartMode;
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
    void aCircleIsAFaultBesideAChainAndWithoutOne() {
        MiddleboxSpec a = middlebox("a", "b/d1", "b/d0");
        MiddleboxSpec b = middlebox("b", "a/d1", "a/d0");
        assertThat(ChainCompiler.faults(spec(FailurePolicy.OPEN, a, b, middlebox("c", "uplink", "servers"))))
                .containsExactly("no wire leads from an external port to a, b: wired in a circle");
        assertThat(ChainCompiler.faults(spec(FailurePolicy.OPEN, a, b)))
                .containsExactly("chain 'web' is wired to no external port");
    }

    private static ChainPlan compile(ChainSpec spec) {
        Map<Name, MachineId> machines = new TreeMap<>();
        spec.spec().middleboxes().forEach(it -> machines.put(it.name(), new MachineId(machines.size())));
        return ChainCompiler.compile(new DeclaredChain(new ChainId(1), spec, false, machines));
    }

    @Test
    void aBypassedChainLeadsFromPortToPortAndLetsOutWhatIsInItsMachines() {
        ChainSpec chain =
                spec(FailurePolicy.CLOSED, middlebox("a", "uplink", "b/d0"), middlebox("b", "a/d1", "servers"));
        assertThat(intents(compile(chain.withBypassed(true))))
                .contains(
                        "uplink[tcp,tp_dst=80] -> servers",
                        "servers[tcp,tp_src=80] -> uplink",
                        "fs000000000 -> uplink",
                        "fs000000011 -> servers");
        assertThat(compile(chain.withBypassed(true).withBypassed(false))).isEqualTo(compile(chain));
        assertThat(intents(compile(
                        spec(FailurePolicy.CLOSED, middlebox("mirror", "lab")).withBypassed(true))))
                .containsExactly("probe fs000000000", "fs000000000 -> lab");
    }

    private static ChainSpec translating(String flow, String returnFlow, DeviceMode mode) {
        List<DeviceWiring> devices = List.of(
                new DeviceWiring("outside", mode, WireEnd.parse("fw/d1")),
                new DeviceWiring("inside", mode, WireEnd.parse("servers")));
        MiddleboxSpec nat = new MiddleboxSpec(
                Name.parse("nat"),
                "nat 1.0.0",
                ImageDigest.parse("00".repeat(32)),
                8,
                1,
                HypervisorChoice.AUTO,
                HealthSpec.STANDARD,
                devices);
        return ChainSpec.of(
                Name.parse("web"),
                Owner.OPERATOR,
                new ChainSpec.Spec(
                        BridgeName.parse("br0"),
                        FlowMatch.parse(flow),
                        FlowMatch.parse(returnFlow),
                        7,
                        Instances.ONE,
                        StartMode.NOW,
                        ChainSpec.Spec.DEFAULT_IDLE,
                        FailurePolicy.CLOSED,
                        Limits.STANDARD,
                        RunState.RUNNING,
                        false,
                        List.of(middlebox("fw", "uplink", "nat/outside"), nat)));
    }

    @Test
    void theFarPortTakesTheReturnFlowAndNeighboursFindWhatHasAddresses() {
        ChainPlan plan =
                compile(translating("ip,nw_dst=198.51.100.2", "ip,nw_src=192.168.1.0/24", DeviceMode.ADDRESSED));
        assertThat(intents(plan))
                .filteredOn(intent -> intent.contains("["))
                .containsExactly(
                        "uplink[ip,nw_dst=198.51.100.2] -> fs000000000",
                        "uplink[arp,arp_tpa=198.51.100.2] -> fs000000000",
                        "servers[ip,nw_src=192.168.1.0/24] -> fs000000011",
                        "servers[arp,arp_spa=192.168.1.0/24] -> fs000000011");
        assertThat(intents(compile(translating("ip,nw_dst=198.51.100.2", "ip,nw_src=192.168.1.0/24", DeviceMode.BUMP))))
                .noneMatch(intent -> intent.contains("arp"));
    }

    @Test
    void chainsThatSomeFrameWouldBothEnterOverlap() {
        ChainSpec all = spec(FailurePolicy.CLOSED, middlebox("a", "uplink", "servers"));
        DeclaredChain web = new DeclaredChain(new ChainId(1), all, false, Map.of(Name.parse("a"), new MachineId(1)));
        assertThat(Overlaps.of(web, List.of(web))).isEmpty();
        assertThat(Overlaps.of(named("b", "tcp,nw_dst=10.0.0.2", 7), List.of(web)))
                .containsExactly("chain 'b' overlaps with chain 'web': at port 'uplink' both take what is of"
                        + " 'tcp,nw_dst=10.0.0.2' and of 'tcp,tp_dst=80', both with priority 7");
        assertThat(Overlaps.of(named("b", "", 7), List.of(web)))
                .containsExactly("chain 'b' overlaps with chain 'web': at port 'uplink' both take all of"
                        + " 'tcp,tp_dst=80', both with priority 7");
        assertThat(Overlaps.of(named("b", "tcp,nw_dst=10.0.0.2", 8), List.of(web)))
                .isEmpty();
        assertThat(Overlaps.of(named("b", "tcp,tp_dst=81", 7), List.of(web))).isEmpty();
        assertThat(Overlaps.of(named("b", "udp", 7), List.of(web))).isEmpty();
    }

    private static DeclaredChain named(String name, String flow, int priority) {
        ChainSpec spec = ChainSpec.of(
                Name.parse(name),
                Owner.OPERATOR,
                new ChainSpec.Spec(
                        BridgeName.parse("br0"),
                        FlowMatch.parse(flow),
                        priority,
                        FailurePolicy.CLOSED,
                        RunState.RUNNING,
                        List.of(middlebox(name, "uplink", "servers"))));
        return new DeclaredChain(new ChainId(2), spec, false, Map.of(Name.parse(name), new MachineId(2)));
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
