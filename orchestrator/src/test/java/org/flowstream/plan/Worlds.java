package org.flowstream.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.model.Accelerator;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;
import org.flowstream.model.RunState;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;

/** Random declarations and random hosts, from few names, so that they often meet. */
final class Worlds {
    static final BridgeName OWN = BridgeName.parse("flowstream");
    private static final List<BridgeName> BRIDGES = List.of(OWN, BridgeName.parse("br0"), BridgeName.parse("br1"));
    private static final List<PortName> PORTS = List.of("uplink", "servers", "east", "west").stream()
            .map(PortName::parse)
            .toList();
    private static final List<Name> NAMES =
            List.of("a", "b", "c").stream().map(Name::parse).toList();
    private static final List<String> FEATURES = List.of("gso", "tx");

    private final Random random;

    Worlds(long seed) {
        this.random = new Random(seed);
    }

    Desired desired() {
        List<ExternalPort> ports = new ArrayList<>();
        List<ExternalPort> leaving = new ArrayList<>();
        for (PortName port : PORTS) {
            if (chance(3, 4)) {
                (chance(4, 5) ? ports : leaving)
                        .add(new ExternalPort(port, bridge(), Owner.OPERATOR, chance(3, 4), some(FEATURES)));
            }
        }
        List<DesiredChain> chains = new ArrayList<>();
        for (int number = 0; number < NAMES.size(); number++) {
            if (chance(2, 3)) {
                chains.add(chain(number));
            }
        }
        return new Desired(OWN, Accelerator.QEMU, ports, leaving, chains);
    }

    /** Chain {@code n} has machines {@code 2n} and, of two middleboxes, {@code 2n + 1}. */
    private DesiredChain chain(int number) {
        Name name = NAMES.get(number);
        String in = one(PORTS).text();
        String out = one(PORTS.stream().filter(port -> !port.text().equals(in)).toList())
                .text();
        List<MiddleboxSpec> middleboxes = chance(2, 3)
                ? List.of(middlebox(name, in, out))
                : List.of(middlebox(name, in, name + "2/d0"), middlebox(Name.parse(name + "2"), name + "/d1", out));
        Map<Name, MachineId> ids = new TreeMap<>();
        Map<MachineId, Wish> wishes = new TreeMap<>();
        for (MiddleboxSpec middlebox : middleboxes) {
            MachineId id = new MachineId(2L * number + ids.size());
            ids.put(middlebox.name(), id);
            wishes.put(id, chance(2, 3) ? Wish.RUN : one(List.of(Wish.values())));
        }
        ChainSpec spec = ChainSpec.of(
                        name,
                        Owner.OPERATOR,
                        new ChainSpec.Spec(
                                bridge(),
                                FlowMatch.ANY,
                                ChainSpec.Spec.DEFAULT_PRIORITY,
                                one(List.of(FailurePolicy.values())),
                                RunState.RUNNING,
                                middleboxes))
                .withBypassed(chance(1, 3));
        boolean wasReady = chance(1, 2);
        return new DesiredChain(
                ChainCompiler.compile(new DeclaredChain(new ChainId(number), spec, wasReady, ids)), wasReady, wishes);
    }

    private MiddleboxSpec middlebox(Name name, String... wires) {
        List<DeviceWiring> devices = new ArrayList<>();
        for (String wire : wires) {
            devices.add(new DeviceWiring("d" + devices.size(), DeviceMode.BUMP, WireEnd.parse(wire)));
        }
        return new MiddleboxSpec(
                name,
                "wire 1.0.0",
                image(),
                chance(3, 4) ? 8 : 16,
                1,
                one(List.of(HypervisorChoice.values())),
                HealthSpec.STANDARD,
                devices);
    }

    /** Things of ours in any combination, and things of others under the same names. */
    Observed observed() {
        List<ObservedBridge> bridges = new ArrayList<>();
        for (BridgeName bridge : BRIDGES) {
            if (chance(3, 4)) {
                bridges.add(new ObservedBridge(bridge, one(List.of(ObservedBridge.BaseRules.values()))));
            }
        }
        List<ObservedPort> ports = new ArrayList<>();
        Map<PortName, Set<String>> offloads = new TreeMap<>();
        Set<PortName> taps = new TreeSet<>();
        List<ObservedRules> rules = new ArrayList<>();
        for (PortName port : PORTS) {
            if (!bridges.isEmpty() && chance(2, 3)) {
                ports.add(new ObservedPort(port, one(bridges).name(), chance(1, 2), number()));
            }
            offloads.put(port, Set.copyOf(some(FEATURES)));
        }
        for (int id = 0; id < 7; id++) {
            for (int device = 0; device < 3; device++) {
                PortName tap = new MachineId(id).portName(device);
                if (chance(2, 3)) {
                    taps.add(tap);
                }
                if (!bridges.isEmpty() && chance(2, 3)) {
                    ports.add(new ObservedPort(tap, one(bridges).name(), chance(9, 10), number()));
                }
            }
        }
        for (ObservedBridge bridge : bridges) {
            for (int chain = 0; chain < 4; chain++) {
                if (chance(1, 3)) {
                    rules.add(new ObservedRules(
                            bridge.name(), new ChainId(chain), one(List.of(ObservedRules.State.values()))));
                }
            }
        }
        return new Observed(bridges, ports, taps, offloads, machines(), rules);
    }

    private List<ObservedMachine> machines() {
        List<ObservedMachine> machines = new ArrayList<>();
        List<String> domains = List.of("a", "b", "c", "a2", "b2", "c2", "stray");
        List<Long> ids = List.of(0L, 2L, 4L, 1L, 3L, 5L, 6L);
        for (int i = 0; i < domains.size(); i++) {
            if (chance(1, 2)) {
                long id = chance(5, 6) ? ids.get(i) : one(ids);
                machines.add(new ObservedMachine(
                        new MachineId(id),
                        Name.parse(domains.get(i)),
                        NAMES.get(0),
                        image(),
                        chance(3, 4) ? 8 : 16,
                        1,
                        chance(5, 6) ? 2 : 3,
                        one(List.of(Accelerator.values())),
                        chance(1, 2) ? ObservedMachine.Power.RUNNING : one(List.of(ObservedMachine.Power.values())),
                        one(List.of(ObservedMachine.Wellness.values())),
                        true,
                        chance(1, 2) ? Optional.of(image()) : Optional.empty()));
            }
        }
        return machines;
    }

    private Optional<Integer> number() {
        return chance(4, 5) ? Optional.of(1 + random.nextInt(99)) : Optional.empty();
    }

    private BridgeName bridge() {
        return chance(1, 2) ? OWN : one(BRIDGES);
    }

    private ImageDigest image() {
        return ImageDigest.parse((chance(3, 4) ? "00" : "11").repeat(32));
    }

    private boolean chance(int of, int in) {
        return random.nextInt(in) < of;
    }

    private <T> T one(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private <T> List<T> some(List<T> all) {
        return all.stream().filter(each -> random.nextBoolean()).toList();
    }
}
