package org.flowstream.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.model.Accelerator;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.model.PortName;

/** A host in memory: each action first asserts what a real host would need for it, then changes the state. */
final class World {
    private final Map<BridgeName, ObservedBridge.BaseRules> bridges = new TreeMap<>();
    private final Map<PortName, ObservedPort> ports = new TreeMap<>();
    private final Set<PortName> taps = new TreeSet<>();
    private final Map<PortName, Set<String>> offloadsOn = new TreeMap<>();
    private final List<ObservedMachine> machines = new ArrayList<>();
    private final Map<BridgeName, Map<ChainId, ObservedRules.State>> rules = new TreeMap<>();
    private final Set<ImageDigest> verified = new HashSet<>();
    private final Map<ChainId, DesiredChain> declared = new HashMap<>();
    private final Set<ChainId> onceSteered = new HashSet<>();
    private int nextNumber = 1000;

    World(Observed observed, Desired desired) {
        observed.bridges().forEach(bridge -> bridges.put(bridge.name(), bridge.base()));
        observed.ports().forEach(port -> ports.put(port.name(), port));
        taps.addAll(observed.taps());
        observed.offloadsOn().forEach((port, features) -> offloadsOn.put(port, new TreeSet<>(features)));
        machines.addAll(observed.machines());
        desired.chains().forEach(chain -> declared.put(chain.plan().id(), chain));
        observed.rules()
                .forEach(it -> rules.computeIfAbsent(it.bridge(), bridge -> new TreeMap<>())
                        .put(it.chain(), isComplete(it) ? it.state() : ObservedRules.State.OTHER));
        rules.values()
                .forEach(chains -> chains.forEach((chain, state) -> {
                    if (state == ObservedRules.State.STEERED) {
                        onceSteered.add(chain);
                    }
                }));
    }

    /** Whether rules can be those of a stage: of a declared chain whose taps have numbers there. */
    private boolean isComplete(ObservedRules it) {
        return Optional.ofNullable(declared.get(it.chain()))
                .filter(chain -> chain.plan().taps().stream()
                        .allMatch(tap -> numberOf(tap, it.bridge()).isPresent()))
                .isPresent();
    }

    Observed observed() {
        List<ObservedRules> allRules = new ArrayList<>();
        rules.forEach((bridge, chains) ->
                chains.forEach((chain, state) -> allRules.add(new ObservedRules(bridge, chain, state))));
        return new Observed(
                bridges.entrySet().stream()
                        .map(bridge -> new ObservedBridge(bridge.getKey(), bridge.getValue()))
                        .toList(),
                List.copyOf(ports.values()),
                taps,
                offloadsOn,
                machines,
                allRules);
    }

    void execute(Plan plan) {
        plan.actions().forEach(this::execute);
    }

    private void execute(Action action) {
        if (action instanceof Action.CreateBridge it) {
            assertThat(bridges.put(it.bridge(), ObservedBridge.BaseRules.NONE)).isNull();
        } else if (action instanceof Action.DeleteBridge it) {
            assertThat(bridges.remove(it.bridge())).isNotNull();
        } else if (action instanceof Action.SetBaseRules it) {
            assertThat(bridges.put(it.bridge(), ObservedBridge.BaseRules.RIGHT)).isNotNull();
        } else if (action instanceof Action.ClearBaseRules it) {
            assertThat(bridges.put(it.bridge(), ObservedBridge.BaseRules.NONE)).isNotNull();
        } else if (action instanceof Action.AddExternalPort it) {
            addPort(it.port().name(), it.port().bridge());
        } else if (action instanceof Action.RemoveExternalPort it) {
            removePort(it.port(), it.bridge());
        } else if (action instanceof Action.SetOffloads it) {
            Set<String> on = offloadsOn.computeIfAbsent(it.port(), port -> new TreeSet<>());
            assertThat(it.on() ? on.addAll(it.features()) : on.removeAll(it.features()))
                    .isTrue();
        } else if (action instanceof Action.VerifyImage it) {
            verified.add(it.image());
        } else if (action instanceof Action.CreateTaps it) {
            it.machine().taps().stream().filter(tap -> !taps.contains(tap)).forEach(tap -> {
                assertThat(running(it.machine().id()))
                        .as("QEMU cannot get hold of a new tap")
                        .isFalse();
                taps.add(tap);
            });
        } else if (action instanceof Action.DeleteTaps it) {
            it.taps().forEach(this::deleteTap);
        } else if (action instanceof Action.AddTapPorts it) {
            it.machine().taps().forEach(tap -> {
                assertThat(taps).contains(tap);
                addPort(tap, it.bridge());
            });
        } else if (action instanceof Action.RemoveTapPorts it) {
            it.taps().forEach(tap -> removePort(tap, it.bridge()));
        } else {
            executeOnMachines(action);
        }
    }

    private void executeOnMachines(Action action) {
        if (action instanceof Action.SetRules it) {
            setRules(it.plan(), it.stage());
        } else if (action instanceof Action.ClearRules it) {
            Map<ChainId, ObservedRules.State> there = rules.getOrDefault(it.bridge(), new TreeMap<>());
            assertThat(there.remove(it.rulesOf())).isNotNull();
        } else if (action instanceof Action.StartMachine it) {
            start(it.machine(), it.accelerator());
        } else if (action instanceof Action.SwapImage it) {
            swap(it);
        } else if (action instanceof Action.SuspendMachine it) {
            assertThat(running(it.machine().id())).isTrue();
            change(it.machine(), ObservedMachine.Power.PAUSED, ObservedMachine.Wellness.STARTING);
        } else if (action instanceof Action.ResumeMachine it) {
            change(it.machine(), ObservedMachine.Power.RUNNING, ObservedMachine.Wellness.STARTING);
        } else if (action instanceof Action.AwaitReady it) {
            assertThat(running(it.machine().id())).isTrue();
            change(MachineRef.of(it.machine()), ObservedMachine.Power.RUNNING, ObservedMachine.Wellness.READY);
        } else if (action instanceof Action.StopMachine it) {
            ObservedMachine machine =
                    machine(it.machine().id(), it.machine().name()).orElseThrow();
            assertThat(machine.power()).isIn(ObservedMachine.Power.RUNNING, ObservedMachine.Power.ENDING);
            machines.remove(machine);
        } else if (action instanceof Action.DestroyMachine it) {
            machines.remove(machine(it.machine().id(), it.machine().name()).orElseThrow());
        } else {
            throw new AssertionError("unknown action " + action);
        }
    }

    private void addPort(PortName name, BridgeName bridge) {
        assertThat(bridges).containsKey(bridge);
        ObservedPort there = ports.get(name);
        if (there != null) {
            assertThat(there.tagged()).as("port of someone else: " + name).isTrue();
            assertThat(there.bridge()).as("a port is on one bridge").isEqualTo(bridge);
        }
        ports.put(name, new ObservedPort(name, bridge, true, Optional.of(nextNumber++)));
        renumbered(name, bridge);
    }

    private void renumbered(PortName name, BridgeName bridge) {
        rules.getOrDefault(bridge, new TreeMap<>())
                .replaceAll((chain, state) -> names(chain, state, name) ? ObservedRules.State.OTHER : state);
    }

    /** Whether rules of a chain name a port: those that do are wrong when it gets another number. */
    private boolean names(ChainId chain, ObservedRules.State state, PortName port) {
        return Optional.ofNullable(declared.get(chain))
                .map(DesiredChain::plan)
                .filter(plan -> plan.taps().contains(port)
                        || (state == ObservedRules.State.STEERED
                                && plan.externalPorts().contains(port)))
                .isPresent();
    }

    private void removePort(PortName name, BridgeName bridge) {
        ObservedPort port = ports.remove(name);
        assertThat(port).as("port " + name).isNotNull();
        assertThat(port.tagged()).as("port of someone else: " + name).isTrue();
        assertThat(port.bridge()).isEqualTo(bridge);
        if (MachineId.ofPort(name).isEmpty()) {
            renumbered(name, bridge);
        }
        MachineId.ofPort(name)
                .ifPresent(id -> rules.getOrDefault(bridge, Map.of()).keySet().stream()
                        .filter(chain -> !declared.containsKey(chain))
                        .forEach(chain -> {
                            throw new AssertionError("rules of chain " + chain + " outlive port " + name);
                        }));
    }

    private Optional<Integer> numberOf(PortName name, BridgeName bridge) {
        return Optional.ofNullable(ports.get(name))
                .filter(port -> port.bridge().equals(bridge))
                .flatMap(ObservedPort::number);
    }

    private void deleteTap(PortName tap) {
        assertThat(taps.remove(tap)).as("tap " + tap).isTrue();
        assertThat(Optional.ofNullable(ports.get(tap)).filter(ObservedPort::tagged))
                .as("a port goes before its tap")
                .isEmpty();
        MachineId.ofPort(tap)
                .ifPresent(id -> assertThat(machines.stream()
                                .filter(machine -> machine.id().equals(id))
                                .filter(machine ->
                                        machine.devices() > tap.text().charAt(10) - '0'))
                        .as("a machine goes before its tap")
                        .isEmpty());
    }

    private void setRules(ChainPlan plan, Stage stage) {
        assertThat(bridges).containsKey(plan.bridge());
        plan.taps()
                .forEach(tap -> assertThat(numberOf(tap, plan.bridge()))
                        .as("number of " + tap)
                        .isPresent());
        Map<ChainId, ObservedRules.State> there = rules.computeIfAbsent(plan.bridge(), bridge -> new TreeMap<>());
        if (stage == Stage.STEERED) {
            boolean ready = plan.machines().stream()
                    .allMatch(spec -> machine(spec.id(), spec.name())
                            .filter(it -> it.wellness() == ObservedMachine.Wellness.READY)
                            .isPresent());
            DesiredChain desired = Optional.ofNullable(declared.get(plan.id())).orElseThrow();
            assertThat(ready || desired.wasReady() || onceSteered.contains(plan.id()))
                    .as("until its first READY a chain changes nothing")
                    .isTrue();
        }
        there.put(plan.id(), stage == Stage.STEERED ? ObservedRules.State.STEERED : ObservedRules.State.ISOLATED);
    }

    /** Whether a machine is of a new chain on the own bridge, which drops what comes by a port without rules. */
    private static boolean isShut(DesiredChain chain, MachineSpec spec) {
        return chain.plan().machines().contains(spec) && chain.plan().bridge().equals(Worlds.OWN) && !chain.wasReady();
    }

    private void start(MachineSpec spec, Accelerator accelerator) {
        assertThat(verified).contains(spec.image());
        assertThat(taps).containsAll(spec.taps());
        assertThat(machines).noneMatch(machine -> machine.name().equals(spec.name()));
        assertThat(machines).noneMatch(machine -> machine.id().equals(spec.id()));
        if (declared.values().stream().noneMatch(chain -> isShut(chain, spec))) {
            assertThat(rules.values())
                    .as("rules come before a machine")
                    .anyMatch(chains -> chains.keySet().stream()
                            .anyMatch(chain -> declared.containsKey(chain)
                                    && declared.get(chain).plan().machines().contains(spec)));
            spec.taps().forEach(tap -> assertThat(ports).containsKey(tap));
        }
        machines.add(new ObservedMachine(
                spec.id(),
                spec.name(),
                spec.chain(),
                spec.image(),
                spec.memoryMib(),
                spec.vcpus(),
                spec.devices().size(),
                accelerator,
                ObservedMachine.Power.RUNNING,
                ObservedMachine.Wellness.STARTING));
    }

    private void change(MachineRef ref, ObservedMachine.Power power, ObservedMachine.Wellness wellness) {
        ObservedMachine old = machine(ref.id(), ref.name()).orElseThrow();
        machines.set(
                machines.indexOf(old),
                new ObservedMachine(
                        old.id(),
                        old.name(),
                        old.chain(),
                        old.image(),
                        old.memoryMib(),
                        old.vcpus(),
                        old.devices(),
                        old.accelerator(),
                        power,
                        wellness,
                        old.said(),
                        old.takes()));
    }

    private void swap(Action.SwapImage swap) {
        ObservedMachine old =
                machine(swap.machine().id(), swap.machine().name()).orElseThrow();
        assertThat(verified).contains(swap.to());
        assertThat(old.image()).isEqualTo(swap.from());
        assertThat(old.power()).isEqualTo(ObservedMachine.Power.RUNNING);
        assertThat(old.wellness()).isNotEqualTo(ObservedMachine.Wellness.UNWELL);
        assertThat(old.takes()).contains(swap.to());
        machines.set(machines.indexOf(old), old.running(swap.to()));
    }

    private boolean running(MachineId id) {
        return machines.stream()
                .anyMatch(machine -> machine.id().equals(id) && machine.power() == ObservedMachine.Power.RUNNING);
    }

    private Optional<ObservedMachine> machine(MachineId id, Name name) {
        return machines.stream()
                .filter(machine -> machine.id().equals(id) && machine.name().equals(name))
                .findFirst();
    }
}
