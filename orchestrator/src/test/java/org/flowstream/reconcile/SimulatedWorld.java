package org.flowstream.reconcile;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.health.HealthReport;
import org.flowstream.model.Accelerator;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ExitReason;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;
import org.flowstream.model.PortName;
import org.flowstream.openflow.PacketIn;
import org.flowstream.plan.Action;
import org.flowstream.plan.Desired;
import org.flowstream.plan.DesiredChain;
import org.flowstream.plan.Observed;
import org.flowstream.plan.ObservedBridge;
import org.flowstream.plan.ObservedMachine;
import org.flowstream.plan.ObservedPort;
import org.flowstream.plan.ObservedRules;
import org.jspecify.annotations.Nullable;

/** A host in memory: actions change it as they would change a real one, and tests break it. */
public final class SimulatedWorld implements World {
    private final Map<BridgeName, Boolean> bridges = new TreeMap<>();
    private final Map<PortName, ObservedPort> ports = new TreeMap<>();
    private final Set<PortName> taps = new TreeSet<>();
    private final Map<MachineId, ObservedMachine> machines = new LinkedHashMap<>();
    private final Map<ChainId, Action.SetRules> rules = new LinkedHashMap<>();
    private final Map<MachineId, ExitReason> exits = new HashMap<>();
    private final List<String> done = new ArrayList<>();
    private final Map<String, String> refusals = new HashMap<>();
    private final Map<String, String> refusedImages = new HashMap<>();
    private final Set<String> ignored = new TreeSet<>();
    private final Map<MachineId, HealthReport> reports = new HashMap<>();
    private List<Entered> entered = List.of();
    private @Nullable String silent;
    private @Nullable CountDownLatch gate;
    private @Nullable CountDownLatch lookGate;
    private Runnable listener = () -> {};
    private Consumer<PacketIn> firstPackets = packet -> {};
    private int sent;
    private int nextNumber = 1;
    private boolean guestsBoot = true;
    private boolean guestsSwap;

    /** A host with an own bridge and external ports on it. */
    public SimulatedWorld(String... externalPorts) {
        BridgeName own = BridgeName.parse("flowstream");
        bridges.put(own, true);
        for (String port : externalPorts) {
            PortName name = PortName.parse(port);
            ports.put(name, new ObservedPort(name, own, false, Optional.of(nextNumber++)));
        }
    }

    /** Makes actions whose description begins so fail, with that reason. */
    public synchronized void refuse(String action, String reason) {
        refusals.put(action, reason);
    }

    /** Makes a machine fail to start with that image. */
    public synchronized void refuseImage(Name machine, ImageDigest image, String reason) {
        refusedImages.put(machine + " " + image, reason);
    }

    /** Makes actions whose description begins so succeed without effect. */
    public synchronized void ignore(String action) {
        ignored.add(action);
    }

    /** Ends all refusals and ignorance. */
    public synchronized void allowAll() {
        refusals.clear();
        ignored.clear();
        changed();
    }

    /** Makes a system not answer any more; null makes it answer. */
    public void silence(@Nullable String reason) {
        synchronized (this) {
            silent = reason;
        }
        changed();
    }

    /** Guests take other images while they run. */
    public synchronized void guestsSwap() {
        guestsSwap = true;
    }

    /** Guests that start from now on never say that they are ready. */
    public synchronized void guestsHang() {
        guestsBoot = false;
    }

    /** Makes each machine's start wait for a latch. */
    public synchronized void holdStarts(CountDownLatch latch) {
        gate = latch;
    }

    /** Ends a machine, as if by itself. */
    public void end(MachineId id, ExitReason.Cause cause, String detail) {
        end(id, new ExitReason(Instant.now(), cause, detail));
    }

    /** Ends a machine, as if by itself, at the reason's time. */
    public void end(MachineId id, ExitReason reason) {
        synchronized (this) {
            machines.remove(id);
            exits.put(id, reason);
        }
        changed();
    }

    /** Makes a machine well or unwell. */
    public void wellness(MachineId id, ObservedMachine.Wellness wellness) {
        synchronized (this) {
            machines.computeIfPresent(id, (key, machine) -> with(machine, wellness));
        }
        changed();
    }

    /** What was done, in order. */
    public synchronized List<String> done() {
        return List.copyOf(done);
    }

    public synchronized boolean isEmpty() {
        return machines.isEmpty() && rules.isEmpty() && taps.isEmpty();
    }

    public synchronized Optional<ObservedMachine> machine(MachineId id) {
        return Optional.ofNullable(machines.get(id));
    }

    /** From now on a look shows the world as it is once the latch is open. */
    public synchronized void holdLooks(CountDownLatch latch) {
        lookGate = latch;
    }

    @Override
    public Observed observe(Desired desired) {
        CountDownLatch wait;
        synchronized (this) {
            wait = lookGate;
        }
        if (wait != null) {
            try {
                wait.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return look(desired);
    }

    private synchronized Observed look(Desired desired) {
        if (silent != null) {
            throw new WorldException("libvirt", silent);
        }
        List<ObservedBridge> seen = new ArrayList<>();
        bridges.forEach((name, right) -> seen.add(
                new ObservedBridge(name, right ? ObservedBridge.BaseRules.RIGHT : ObservedBridge.BaseRules.NONE)));
        return new Observed(
                seen,
                List.copyOf(ports.values()),
                taps,
                Map.of(),
                machines.values().stream()
                        .map(machine -> taking(machine, desired.image(machine.id())))
                        .toList(),
                rules.values().stream().map(set -> state(set, desired)).toList());
    }

    /** Rules are compared by what they were made from. */
    private static ObservedRules state(Action.SetRules set, Desired desired) {
        boolean asDeclared = desired.chains().stream()
                .map(DesiredChain::plan)
                .filter(plan -> plan.id().equals(set.plan().id()))
                .allMatch(plan -> plan.intents().equals(set.plan().intents())
                        && plan.priority() == set.plan().priority()
                        && plan.bridge().equals(set.plan().bridge()));
        ObservedRules.State state = !asDeclared
                ? ObservedRules.State.OTHER
                : set.stage() == Stage.STEERED ? ObservedRules.State.STEERED : ObservedRules.State.ISOLATED;
        return new ObservedRules(set.plan().bridge(), set.plan().id(), state);
    }

    /** What the chains' rules were last made from. */
    public synchronized List<ChainPlan> plans() {
        return rules.values().stream().map(Action.SetRules::plan).toList();
    }

    @Override
    public void perform(Action action) throws InterruptedException {
        CountDownLatch wait;
        synchronized (this) {
            for (Map.Entry<String, String> refusal : refusals.entrySet()) {
                if (action.describe().startsWith(refusal.getKey())) {
                    if (action instanceof Action.SwapImage) {
                        throw WorldException.refusal("guest", refusal.getValue(), new IllegalStateException());
                    }
                    throw new WorldException("libvirt", refusal.getValue());
                }
            }
            if (action instanceof Action.StartMachine start) {
                String reason = refusedImages.get(
                        start.machine().name() + " " + start.machine().image());
                if (reason != null) {
                    throw new WorldException("libvirt", reason);
                }
            }
            wait = gate;
        }
        if (action instanceof Action.StartMachine && wait != null) {
            wait.await();
        }
        synchronized (this) {
            done.add(action.describe());
            if (ignored.stream().noneMatch(action.describe()::startsWith)) {
                change(action);
            }
        }
        changed();
    }

    private void change(Action action) {
        if (action instanceof Action.CreateBridge create) {
            bridges.put(create.bridge(), false);
        } else if (action instanceof Action.SetBaseRules set) {
            bridges.put(set.bridge(), true);
        } else if (action instanceof Action.AddExternalPort add) {
            put(add.port().name(), add.port().bridge());
        } else if (action instanceof Action.RemoveExternalPort remove) {
            ports.remove(remove.port());
        } else if (action instanceof Action.CreateTaps create) {
            taps.addAll(create.machine().taps());
        } else if (action instanceof Action.DeleteTaps delete) {
            delete.taps().forEach(taps::remove);
        } else if (action instanceof Action.AddTapPorts add) {
            add.machine().taps().forEach(tap -> put(tap, add.bridge()));
        } else if (action instanceof Action.RemoveTapPorts remove) {
            remove.taps().forEach(ports::remove);
        } else if (action instanceof Action.SetRules set) {
            rules.put(set.plan().id(), set);
        } else if (action instanceof Action.ClearRules clear) {
            rules.remove(clear.rulesOf());
        } else if (action instanceof Action.StartMachine start) {
            machines.put(
                    start.machine().id(),
                    new ObservedMachine(
                            start.machine().id(),
                            start.machine().name(),
                            start.machine().chain(),
                            start.machine().image(),
                            start.machine().memoryMib(),
                            start.machine().vcpus(),
                            start.machine().devices().size(),
                            start.accelerator(),
                            ObservedMachine.Power.RUNNING,
                            guestsBoot ? ObservedMachine.Wellness.READY : ObservedMachine.Wellness.STARTING));
        } else if (action instanceof Action.SwapImage swap) {
            machines.computeIfPresent(swap.machine().id(), (id, machine) -> machine.running(swap.to()));
        } else if (action instanceof Action.SuspendMachine suspend) {
            machines.computeIfPresent(
                    suspend.machine().id(), (id, machine) -> powered(machine, ObservedMachine.Power.PAUSED));
        } else if (action instanceof Action.ResumeMachine resume) {
            machines.computeIfPresent(
                    resume.machine().id(), (id, machine) -> powered(machine, ObservedMachine.Power.RUNNING));
        } else if (action instanceof Action.StopMachine stop) {
            machines.remove(stop.machine().id());
        } else if (action instanceof Action.DestroyMachine destroy) {
            machines.remove(destroy.machine().id());
        }
    }

    private void put(PortName name, BridgeName bridge) {
        ports.put(name, new ObservedPort(name, bridge, true, Optional.of(nextNumber++)));
    }

    private static ObservedMachine powered(ObservedMachine machine, ObservedMachine.Power power) {
        return new ObservedMachine(
                machine.id(),
                machine.name(),
                machine.chain(),
                machine.image(),
                machine.memoryMib(),
                machine.vcpus(),
                machine.devices(),
                machine.accelerator(),
                power,
                machine.wellness());
    }

    /** Guests that take images while they run, if they are such. */
    private ObservedMachine taking(ObservedMachine machine, Optional<ImageDigest> image) {
        return new ObservedMachine(
                machine.id(),
                machine.name(),
                machine.chain(),
                machine.image(),
                machine.memoryMib(),
                machine.vcpus(),
                machine.devices(),
                machine.accelerator(),
                machine.power(),
                machine.wellness(),
                true,
                image.filter(it -> guestsSwap && !it.equals(machine.image())));
    }

    private static ObservedMachine with(ObservedMachine machine, ObservedMachine.Wellness wellness) {
        return new ObservedMachine(
                machine.id(),
                machine.name(),
                machine.chain(),
                machine.image(),
                machine.memoryMib(),
                machine.vcpus(),
                machine.devices(),
                machine.accelerator(),
                machine.power(),
                wellness);
    }

    private void changed() {
        Runnable now;
        synchronized (this) {
            now = listener;
        }
        now.run();
    }

    @Override
    public synchronized ExitReason exit(MachineId machine) {
        ExitReason known = exits.get(machine);
        return known == null ? new ExitReason(Instant.now(), ExitReason.Cause.GONE, "") : known;
    }

    @Override
    public Accelerator accelerator() {
        return Accelerator.QEMU;
    }

    @Override
    public Optional<MachineLoad> load(MachineId machine) {
        return Optional.empty();
    }

    @Override
    public Optional<KvmFault> kvmFault() {
        return Optional.of(new KvmFault("the simulation has no KVM", Optional.of("buy a real one")));
    }

    @Override
    public synchronized List<SystemState> systems() {
        return List.of(new SystemState("libvirt", silent == null, silent == null ? "simulated" : silent));
    }

    @Override
    public Optional<Readiness> readiness(MachineId machine) {
        return Optional.of(new Readiness(Duration.ofMillis(2), Duration.ofMillis(1), "ready", "control 0.4 ms"));
    }

    @Override
    public synchronized Optional<HealthReport> health(MachineId machine) {
        return Optional.ofNullable(machines.get(machine))
                .map(it -> reports.getOrDefault(machine, new HealthReport(List.of(), Optional.empty(), Instant.EPOCH)));
    }

    @Override
    public Optional<HealthReport> look(MachineId machine) {
        return health(machine);
    }

    @Override
    public synchronized PortFacts examine(PortName port, boolean consent, String session) {
        Optional<ObservedPort> there = Optional.ofNullable(ports.get(port));
        return new PortFacts(
                there.map(ObservedPort::bridge),
                there.map(ObservedPort::tagged).orElse(false),
                Optional.empty(),
                List.of(),
                List.of());
    }

    @Override
    public List<SwitchCount> switchCounts(BridgeName bridge, List<PortName> names) {
        return names.stream().map(name -> new SwitchCount(name, 0, 0)).toList();
    }

    @Override
    public synchronized List<Entered> entered(BridgeName bridge) {
        return List.copyOf(entered);
    }

    @Override
    public synchronized Map<BridgeName, Boolean> openflow() {
        Map<BridgeName, Boolean> connected = new TreeMap<>();
        bridges.keySet().forEach(bridge -> connected.put(bridge, silent == null));
        return connected;
    }

    /** Lets the switch have counted this at the rules that enter chains. */
    public synchronized void enter(List<Entered> counts) {
        entered = List.copyOf(counts);
    }

    /** Lets a machine's health be told so. */
    public synchronized void report(MachineId id, HealthReport report) {
        reports.put(id, report);
    }

    @Override
    public List<String> measure(PortName port, BridgeName bridge) {
        return List.of();
    }

    @Override
    public java.time.Duration lag() {
        return java.time.Duration.ZERO;
    }

    @Override
    public synchronized void whenFirstPacket(Consumer<PacketIn> newListener) {
        firstPackets = newListener;
    }

    /** Lets a packet come that belongs to no instance. */
    public void arrive(PacketIn packet) {
        Consumer<PacketIn> taker;
        synchronized (this) {
            taker = firstPackets;
        }
        taker.accept(packet);
    }

    @Override
    public Map<ChainId, Long> packets(BridgeName bridge) {
        return Map.of();
    }

    @Override
    public synchronized void send(BridgeName bridge, int inPort, int port, byte[] frame) {
        sent++;
    }

    /** How many frames were sent out of ports. */
    public synchronized int sent() {
        return sent;
    }

    @Override
    public void swapped(MachineId machine, ImageDigest image) {}

    @Override
    public synchronized Map<PortName, Integer> numbers(BridgeName bridge) {
        Map<PortName, Integer> numbers = new TreeMap<>();
        ports.forEach((name, port) -> port.number().ifPresent(number -> numbers.put(name, number)));
        return numbers;
    }

    @Override
    public synchronized void whenChanged(Runnable newListener) {
        listener = newListener;
    }

    @Override
    public void close() {}
}
