package org.flowstream.rules;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.chain.ChainPlan;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.Instances;
import org.flowstream.model.Limits;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;
import org.flowstream.model.RunState;
import org.flowstream.model.StartMode;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;

/** Compiled chains for tests: of one or two machines, between the ports uplink and servers. */
final class Chains {
    static final PortName UPLINK = new PortName("uplink");
    static final PortName SERVERS = new PortName("servers");

    private Chains() {}

    /** A chain of one machine, whose id is the chain's. */
    static ChainPlan one(int id, String flow, int priority, FailurePolicy failure) {
        return compile(id, flow, priority, failure, List.of(middlebox("fw" + id, "uplink", "servers")));
    }

    /** A chain of two machines, whose ids are the chain's and the one above it. */
    static ChainPlan two(int id, String flow, FailurePolicy failure) {
        return compile(
                id,
                flow,
                100,
                failure,
                List.of(
                        middlebox("a" + id, "uplink", "b" + id + "/d0"),
                        middlebox("b" + id, "a" + id + "/d1", "servers")));
    }

    /** A chain of two machines that pass their templates' tests before packets are steered to them. */
    static ChainPlan tested(int id) {
        HealthSpec health = new HealthSpec(List.of(HealthLevel.FUNCTION), Duration.ofSeconds(1));
        return compile(
                id,
                "any",
                100,
                FailurePolicy.CLOSED,
                List.of(
                        middlebox("a" + id, health, "uplink", "b" + id + "/d0"),
                        middlebox("b" + id, health, "a" + id + "/d1", "servers")));
    }

    /** A chain of one machine for each connection, that comes with its first packet; priority 7. */
    static ChainPlan perConnection(int id, String flow) {
        FlowMatch match = FlowMatch.parse(flow);
        return compile(
                id,
                new ChainSpec.Spec(
                        BridgeName.parse("flowstream"),
                        match,
                        match.reversed(),
                        7,
                        Instances.PER_CONNECTION,
                        StartMode.FIRST_PACKET,
                        ChainSpec.Spec.DEFAULT_IDLE,
                        FailurePolicy.CLOSED,
                        Limits.STANDARD,
                        RunState.RUNNING,
                        false,
                        List.of(middlebox("fw" + id, "uplink", "servers"))));
    }

    /** Numbers for a chain's taps from {@code first} on, with uplink as 1 and servers as 2. */
    static Map<PortName, Integer> numbers(int first, ChainPlan... plans) {
        Map<PortName, Integer> numbers = new TreeMap<>(Map.of(UPLINK, 1, SERVERS, 2));
        for (ChainPlan plan : plans) {
            plan.taps().forEach(tap -> numbers.put(tap, first + numbers.size() - 2));
        }
        return numbers;
    }

    private static MiddleboxSpec middlebox(String name, String... wires) {
        return middlebox(name, HealthSpec.STANDARD, wires);
    }

    private static MiddleboxSpec middlebox(String name, HealthSpec health, String... wires) {
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
                health,
                devices);
    }

    private static ChainPlan compile(
            int id, String flow, int priority, FailurePolicy failure, List<MiddleboxSpec> middleboxes) {
        return compile(
                id,
                new ChainSpec.Spec(
                        BridgeName.parse("flowstream"),
                        FlowMatch.parse(flow),
                        priority,
                        failure,
                        RunState.RUNNING,
                        middleboxes));
    }

    private static ChainPlan compile(int id, ChainSpec.Spec spec) {
        ChainSpec chain = ChainSpec.of(Name.parse("chain" + id), Owner.OPERATOR, spec);
        Map<Name, MachineId> machines = new TreeMap<>();
        for (MiddleboxSpec each : spec.ownMachines()) {
            machines.put(each.name(), new MachineId(id + machines.size()));
        }
        return ChainCompiler.compile(new DeclaredChain(new ChainId(id), chain, false, machines));
    }
}
