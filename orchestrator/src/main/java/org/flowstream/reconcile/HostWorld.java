package org.flowstream.reconcile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flowstream.chain.ChainPlan;
import org.flowstream.domain.Places;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.health.HealthMonitor;
import org.flowstream.health.HealthReport;
import org.flowstream.health.Watched;
import org.flowstream.host.FarEnd;
import org.flowstream.host.HostException;
import org.flowstream.host.KnownOffloads;
import org.flowstream.host.KnownTaps;
import org.flowstream.host.Links;
import org.flowstream.host.Taps;
import org.flowstream.image.ImageException;
import org.flowstream.image.ImageStore;
import org.flowstream.libvirt.HardwareKvm;
import org.flowstream.model.Accelerator;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ExitReason;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.model.PortName;
import org.flowstream.openflow.PacketIn;
import org.flowstream.openflow.PortChange;
import org.flowstream.openflow.SwitchEvents;
import org.flowstream.ovsdb.Datapath;
import org.flowstream.ovsdb.SwitchAddress;
import org.flowstream.plan.Action;
import org.flowstream.plan.Desired;
import org.flowstream.plan.DesiredChain;
import org.flowstream.plan.Observed;
import org.flowstream.plan.ObservedMachine;
import org.flowstream.rules.RuleAction;

/** The real host: libvirt, Open vSwitch, the kernel's taps, and the health of what runs. */
public final class HostWorld implements World {
    /** The kernel hands packets on by the way; 5 ms were the most that was measured. */
    private static final Duration KERNEL_LAG = Duration.ofMillis(12);
    /** Longer than a look at the world takes. */
    private static final long LOOK_NANOS = 2_000_000_000;

    private final ImageStore images;
    private final EventLog events;
    private volatile Runnable listener = () -> {};
    private volatile Consumer<PacketIn> packets = packet -> {};
    private final Map<String, Boolean> answered = new ConcurrentHashMap<>();
    private final Map<MachineId, Name> names = new ConcurrentHashMap<>();
    private final HostMachines machines;
    private final HostSwitch openVswitch;
    private final InstanceRules instanceRules;
    private final HealthMonitor health;
    private final HotSwaps swaps;
    private final HealthNews news;
    private final MachineLoads loads = new MachineLoads();
    private final Places places;
    private final KnownTaps taps;
    private final KnownOffloads offloads = new KnownOffloads();
    private volatile Desired desired;

    public HostWorld(
            Places places,
            String libvirt,
            SwitchAddress switchAddress,
            BridgeName ownBridge,
            ImageStore images,
            EventLog events,
            Clock clock,
            Optional<Duration> detection,
            Optional<Integer> cpuQuota) {
        this.places = places;
        this.taps = new KnownTaps(new Taps(places.installation(), ""));
        this.images = images;
        this.events = events;
        this.desired = Desired.nothing(ownBridge);
        this.news = new HealthNews(events, clock);
        this.health = new HealthMonitor(
                new ProbeWays(this::openVswitch, this::plan),
                new TestedGuests(places, images),
                this::turned,
                this::changed,
                clock,
                new SecureRandom());
        this.openVswitch = new HostSwitch(
                switchAddress,
                places.installation(),
                ownBridge,
                new Packets(),
                this::changed,
                detection,
                id -> health.birth(id).flatMap(HealthMonitor.Birth::ready));
        this.instanceRules = new InstanceRules(openVswitch, ownBridge);
        this.machines = new HostMachines(places, images, libvirt, cpuQuota, clock, this::changed);
        this.swaps = new HotSwaps(places, images, health);
    }

    private HostSwitch openVswitch() {
        return openVswitch;
    }

    private void changed() {
        listener.run();
    }

    /** What the switch says unasked: returning probes, and ports that move. */
    private final class Packets implements SwitchEvents {
        @Override
        public void packetIn(PacketIn packet) {
            if (!health.take(packet)) {
                packets.accept(packet);
            }
        }

        @Override
        public void portChanged(PortChange change) {
            changed();
        }
    }

    private void turned(MachineSpec machine, HealthLevel level, boolean good, String detail) {
        news.turned(machine, level, good, detail);
        changed();
    }

    private void createTaps(MachineSpec machine) {
        new Taps(places.installation(), machines.tapUser(machine)).create(machine.taps());
        // One that lost its tap under a port that stayed: nobody adds that port, and raises the tap, again.
        Taps.raise(machine.taps().stream().filter(openVswitch::hasPort).toList());
    }

    private void addTapPorts(BridgeName bridge, MachineSpec machine) {
        if (machines.isXen(machine)) {
            openVswitch.adoptTapPorts(bridge, machine);
            return;
        }
        // At the last moment: the switch is about to look at its ports anyhow.
        Taps.raise(machine.taps());
        openVswitch.addTapPorts(bridge, machine);
    }

    @Override
    public Observed observe(Desired now) {
        desired = now;
        tellSystems();
        // One look at the health for rules and machines alike: a machine that is told ready has its rules compared so.
        Map<MachineId, Boolean> ready = new ConcurrentHashMap<>();
        Predicate<MachineId> isReady = id -> ready.computeIfAbsent(id, health::isReady);
        Set<MachineId> suspended = now.suspended();
        openVswitch.suspend(suspended);
        openVswitch.release(isReady);
        HostSwitch.Found found = found(now);
        boolean weighs = loads.isDue(System.nanoTime());
        HostMachines.Seen seen = machines.machines(now, weighs);
        List<HostMachine> running = seen.machines();
        watch(now, running, suspended, seen.unseen().isPresent());
        health.heard(found.heard());
        if (weighs) {
            weigh(running);
        }
        return new Observed(
                found.bridges(),
                found.ports(),
                taps.list(),
                offloads(now),
                running.stream()
                        .map(machine -> observed(machine, isReady))
                        .map(machine -> swaps.see(machine, now.image(machine.id())))
                        .toList(),
                found.rules(),
                seen.unseen());
    }

    private HostSwitch.Found found(Desired now) {
        try {
            return openVswitch.observe(now);
        } catch (WorldException e) {
            health.heard(Set.of());
            throw e;
        }
    }

    private void tellSystems() {
        for (SystemState system : systems()) {
            Boolean before = answered.put(system.name(), system.answers());
            if (before == null ? !system.answers() : before != system.answers()) {
                events.add(
                        org.flowstream.model.Owner.OPERATOR,
                        new Event.SystemChanged(system.name(), system.answers(), system.detail()));
            }
        }
    }

    private void watch(Desired now, List<HostMachine> running, Set<MachineId> suspended, boolean blind) {
        Map<MachineId, Watched> wanted = new HashMap<>();
        for (DesiredChain chain : now.chains()) {
            for (MachineSpec machine : chain.plan().machines()) {
                names.put(machine.id(), machine.name());
                wanted.put(machine.id(), watched(machine, chain.plan().bridge()));
            }
        }
        Set<MachineId> gone = new HashSet<>(names.keySet());
        gone.removeAll(wanted.keySet());
        gone.forEach(machines::forget);
        names.keySet().removeAll(gone);
        Set<MachineId> there = running.stream()
                .filter(machine -> machine.power() != ObservedMachine.Power.ENDED)
                .filter(machine -> machine.power() != ObservedMachine.Power.PAUSED
                        || !suspended.contains(machine.tag().id()))
                .map(machine -> machine.tag().id())
                .filter(wanted::containsKey)
                .collect(Collectors.toCollection(HashSet::new));
        // What cannot be seen goes on being asked how it is, if it was.
        wanted.values().stream()
                .map(Watched::machine)
                .filter(machine -> blind && machine.hypervisor() != HypervisorChoice.PROCESS)
                .map(MachineSpec::id)
                .filter(id -> health.report(id).isPresent())
                .forEach(there::add);
        there.forEach(id -> Optional.ofNullable(wanted.get(id)).ifPresent(health::watch));
        long moment = System.nanoTime();
        starting.values().removeIf(until -> until != Long.MAX_VALUE && until - moment < 0);
        health.keepOnly(there, starting.keySet());
        news.look(wanted.keySet());
    }

    private void weigh(List<HostMachine> running) {
        long at = System.nanoTime();
        running.forEach(machine -> loads.see(machine.tag().id(), at, machine.cpuNanos(), machine.residentKib()));
        loads.keepOnly(running.stream().map(machine -> machine.tag().id()).toList());
    }

    private Watched watched(MachineSpec machine, BridgeName bridge) {
        return new Watched(machine, bridge, places.health(machine.id()));
    }

    private ObservedMachine observed(HostMachine machine, Predicate<MachineId> isReady) {
        MachineId id = machine.tag().id();
        return new ObservedMachine(
                id,
                machine.tag().name(),
                machine.tag().chain(),
                machine.tag().image(),
                machine.tag().memoryMib(),
                machine.tag().vcpus(),
                machine.tag().devices(),
                machine.tag().accelerator(),
                machine.power(),
                wellness(id, isReady));
    }

    private ObservedMachine.Wellness wellness(MachineId id, Predicate<MachineId> isReady) {
        if (health.hasFailed(id)) {
            return ObservedMachine.Wellness.FAILED;
        }
        if (health.isUnwell(id)) {
            return ObservedMachine.Wellness.UNWELL;
        }
        return isReady.test(id) ? ObservedMachine.Wellness.READY : ObservedMachine.Wellness.STARTING;
    }

    /** Of the ports whose offloads we hold off, or did. */
    private Map<PortName, Set<String>> offloads(Desired now) {
        Map<PortName, Set<String>> on = new TreeMap<>();
        Stream.concat(now.ports().stream(), now.leavingPorts().stream())
                .filter(port -> !port.offloadsOff().isEmpty()
                        && Files.exists(Path.of("/sys/class/net", port.name().text())))
                .forEach(port -> on.put(port.name(), offloads.on(port.name())));
        return on;
    }

    /** Machines that are being started, or were a moment ago: a look that began before does not show them. */
    private final Map<MachineId, Long> starting = new ConcurrentHashMap<>();

    @Override
    public void perform(Action action) {
        try {
            performOnHost(action);
        } catch (HostException e) {
            throw new WorldException("kernel", String.valueOf(e.getMessage()), e);
        }
    }

    private void performOnHost(Action action) {
        if (action instanceof Action.CreateBridge create) {
            openVswitch.createBridge(create.bridge());
        } else if (action instanceof Action.DeleteBridge delete) {
            openVswitch.deleteBridge(delete.bridge());
        } else if (action instanceof Action.SetBaseRules set) {
            openVswitch.setBaseRules(set.bridge(), desired);
        } else if (action instanceof Action.ClearBaseRules clear) {
            openVswitch.clearBaseRules(clear.bridge());
        } else if (action instanceof Action.AddExternalPort add) {
            openVswitch.addExternalPort(add.port());
        } else if (action instanceof Action.RemoveExternalPort remove) {
            openVswitch.removePorts(remove.bridge(), List.of(remove.port()));
        } else if (action instanceof Action.SetOffloads set) {
            offloads.set(set.port(), set.features(), set.on());
        } else if (action instanceof Action.VerifyImage verify) {
            verify(verify.image());
        } else if (action instanceof Action.CreateTaps create) {
            createTaps(create.machine());
        } else if (action instanceof Action.DeleteTaps delete) {
            delete.taps().forEach(Taps::delete);
        } else if (action instanceof Action.AddTapPorts add) {
            addTapPorts(add.bridge(), add.machine());
            if (add.boots()) {
                openVswitch.listenFor(add.bridge(), add.machine());
            }
        } else if (action instanceof Action.RemoveTapPorts remove) {
            openVswitch.removePorts(remove.bridge(), remove.taps());
        } else if (action instanceof Action.SetRules set) {
            // Machines that became ready since we looked get their packets from the first rule on.
            openVswitch.release(health::isReady);
            openVswitch.setRules(set.plan(), set.stage(), desired);
        } else if (action instanceof Action.ClearRules clear) {
            openVswitch.clearRules(clear.bridge(), clear.rulesOf(), desired);
        } else if (action instanceof Action.RenewLease renew) {
            instanceRules.renewLease(renew);
        } else if (action instanceof Action.SteerInstance steer) {
            instanceRules.steer(steer);
        } else {
            performOnMachine(action);
        }
    }

    private void performOnMachine(Action action) {
        if (action instanceof Action.StartMachine start) {
            start(start.machine(), start.accelerator());
        } else if (action instanceof Action.SwapImage swap) {
            swaps.swap(swap);
        } else if (action instanceof Action.ResumeMachine resume) {
            machines.resume(resume.machine());
            // What it did not answer while it was halted is not held against it.
            health.forget(resume.machine().id());
        } else if (action instanceof Action.SuspendMachine suspend) {
            machines.suspend(suspend.machine());
            health.forget(suspend.machine().id());
        } else if (action instanceof Action.StopMachine stop) {
            machines.stop(stop.machine(), stop.grace());
            health.forget(stop.machine().id());
        } else if (action instanceof Action.DestroyMachine destroy) {
            machines.destroy(destroy.machine());
            health.forget(destroy.machine().id());
        } else if (!(action instanceof Action.AwaitReady)) {
            throw new IllegalStateException("no way to " + action.describe());
        }
    }

    private void start(MachineSpec machine, Accelerator accelerator) {
        health.forget(machine.id());
        starting.put(machine.id(), Long.MAX_VALUE);
        Optional<ChainPlan> plan = plan(machine.chain());
        BridgeName bridge = plan.map(ChainPlan::bridge).orElse(desired.ownBridge());
        try {
            plan.ifPresent(chain -> openVswitch.hold(chain, machine.id(), desired));
            // The guest is ready a moment after QEMU is: whoever begins to listen then has missed nothing, but is late.
            health.watchFromStart(watched(machine, bridge));
            if (accelerator == Accelerator.XEN) {
                machines.startOnXen(machine, bridge, image(machine.image()), () -> addTapPorts(bridge, machine));
            } else {
                machines.start(machine, accelerator);
            }
            health.started(machine.id());
            starting.put(machine.id(), System.nanoTime() + LOOK_NANOS);
        } catch (RuntimeException e) {
            starting.remove(machine.id());
            throw e;
        }
    }

    private Optional<ChainPlan> plan(Name chain) {
        return desired.chains().stream()
                .map(DesiredChain::plan)
                .filter(plan -> plan.name().equals(chain))
                .findFirst();
    }

    private byte[] image(ImageDigest digest) {
        try {
            return Files.readAllBytes(images.file(digest));
        } catch (IOException e) {
            throw new WorldException("images", "cannot read image " + digest.abbreviated() + ": " + e, e);
        }
    }

    private void verify(ImageDigest image) {
        try {
            images.verify(image);
        } catch (ImageException e) {
            throw new WorldException("images", String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public ExitReason exit(MachineId machine) {
        Name name = names.get(machine);
        if (name == null) {
            throw new IllegalStateException("machine " + machine + " was never seen");
        }
        boolean foreign = desired.chains().stream()
                .flatMap(chain -> chain.plan().machines().stream())
                .anyMatch(it -> it.id().equals(machine) && it.guest().isForeign());
        return machines.exit(machine, name, foreign);
    }

    @Override
    public Accelerator accelerator() {
        return machines.accelerator();
    }

    @Override
    public Optional<KvmFault> kvmFault() {
        return machines.kvmFault();
    }

    @Override
    public Optional<String> foreignKvmFault() {
        return HardwareKvm.fault(Path.of("/"));
    }

    @Override
    public List<SystemState> systems() {
        return List.of(machines.state(), machines.processState(), openVswitch.state());
    }

    @Override
    public Optional<Readiness> readiness(MachineId machine) {
        Optional<HealthReport> report = health.report(machine);
        return health.birth(machine)
                .map(birth -> new Readiness(
                        birth.guest(),
                        birth.health(),
                        birth.ready().map(Readiness::guestText).orElse("ready"),
                        report.map(Readiness::healthText).orElse("")));
    }

    @Override
    public Optional<HealthReport> health(MachineId machine) {
        return health.report(machine);
    }

    @Override
    public Optional<HealthReport> look(MachineId machine) {
        return health.look(machine);
    }

    @Override
    public Optional<String> liveness(MachineSpec machine, BridgeName bridge) {
        return openVswitch.liveness(machine, bridge);
    }

    @Override
    public Optional<MachineLoad> load(MachineId machine) {
        return loads.of(machine);
    }

    @Override
    public PortFacts examine(PortName port, boolean consent, String session) {
        return machines.areElsewhere()
                ? PortFacts.elsewhere(openVswitch.place(port))
                : PortFacts.gather(openVswitch.place(port), port, consent, session);
    }

    @Override
    public List<SwitchCount> switchCounts(BridgeName bridge, List<PortName> ports) {
        return openVswitch.counted(counts -> counts.lost(bridge, ports));
    }

    @Override
    public List<Entered> entered(BridgeName bridge) {
        return openVswitch.counted(counts -> counts.entered(bridge));
    }

    @Override
    public Map<BridgeName, Boolean> openflow() {
        return openVswitch.counted(SwitchCounts::connected);
    }

    @Override
    public List<String> measure(PortName port, BridgeName bridge) {
        try {
            // Of a veth whose far end can be seen, examining it has told; hardware finishes what it sends.
            boolean unseen =
                    Links.find(port).filter(link -> link.kind().equals("veth")).isPresent()
                            && FarEnd.of(port).isEmpty();
            return unseen ? openVswitch.measure(port, bridge) : List.of();
        } catch (HostException e) {
            throw new WorldException("kernel", String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void whenFirstPacket(Consumer<PacketIn> newListener) {
        packets = newListener;
    }

    @Override
    public Map<ChainId, Long> packets(BridgeName bridge) {
        return openVswitch.counted(counts -> counts.packets(bridge));
    }

    @Override
    public void send(BridgeName bridge, int inPort, int port, byte[] frame) {
        HostSwitch.doing(
                () -> openVswitch.connection(bridge).packetOut(inPort, List.of(RuleAction.output(port)), frame));
    }

    @Override
    public void swapped(MachineId machine, ImageDigest image) {
        health.swapped(machine, image);
    }

    @Override
    public Duration lag() {
        return HostSwitch.datapath() == Datapath.USER ? Duration.ZERO : KERNEL_LAG;
    }

    @Override
    public Map<PortName, Integer> numbers(BridgeName bridge) {
        return openVswitch.numbers(bridge);
    }

    @Override
    public void whenChanged(Runnable newListener) {
        listener = newListener;
    }

    @Override
    public void close() {
        health.close();
        machines.close();
        openVswitch.close();
    }
}
