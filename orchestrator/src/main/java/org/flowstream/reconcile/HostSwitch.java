package org.flowstream.reconcile;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.PortName;
import org.flowstream.openflow.ObservedFlow;
import org.flowstream.openflow.OpenFlowConnection;
import org.flowstream.openflow.OpenFlowException;
import org.flowstream.openflow.SwitchEvents;
import org.flowstream.openflow.SwitchLink;
import org.flowstream.ovsdb.Datapath;
import org.flowstream.ovsdb.NewPort;
import org.flowstream.ovsdb.ObservedBridge;
import org.flowstream.ovsdb.ObservedPort;
import org.flowstream.ovsdb.OvsdbException;
import org.flowstream.ovsdb.SwitchAddress;
import org.flowstream.ovsdb.SwitchDatabase;
import org.flowstream.ovsdb.SwitchView;
import org.flowstream.ovsdb.Tags;
import org.flowstream.plan.Desired;
import org.flowstream.plan.DesiredChain;
import org.flowstream.plan.ObservedRules;
import org.flowstream.problem.BadValueException;
import org.flowstream.rules.BridgeRules;
import org.flowstream.rules.FlowRule;
import org.flowstream.rules.RuleCompiler;
import org.flowstream.rules.RuleDiff;
import org.flowstream.rules.SwitchChange;
import org.flowstream.rules.SwitchRules;
import org.flowstream.rules.Unclaimed;

/** Open vSwitch as the loop sees it: its database, and an OpenFlow connection to each bridge that matters. */
final class HostSwitch implements AutoCloseable {
    static final String SYSTEM = "openvswitch";

    private static final Duration BOUND = Duration.ofSeconds(5);

    private final SwitchAddress address;
    private final BridgeName ownBridge;
    private final SwitchDatabase database;
    private final SwitchEvents events;
    private final Runnable changed;
    private final Map<BridgeName, SwitchLink> links = new ConcurrentHashMap<>();

    HostSwitch(SwitchAddress address, BridgeName ownBridge, SwitchEvents events, Runnable changed) {
        this.address = address;
        this.ownBridge = ownBridge;
        this.events = events;
        this.changed = changed;
        this.database = SwitchDatabase.connect(address.database(), BOUND, changed);
    }

    /** What was found of ours in the switch. */
    record Found(
            List<org.flowstream.plan.ObservedBridge> bridges,
            List<org.flowstream.plan.ObservedPort> ports,
            List<ObservedRules> rules) {}

    /** Looks at the database and at the rules of every bridge that is ours, is declared, or has rules of ours. */
    Found observe(Desired desired) {
        try {
            SwitchView view = database.observe();
            Set<BridgeName> wanted = new TreeSet<>(List.of(ownBridge));
            desired.chains().forEach(chain -> wanted.add(chain.plan().bridge()));
            desired.ports().forEach(port -> wanted.add(port.bridge()));
            List<org.flowstream.plan.ObservedBridge> bridges = new ArrayList<>();
            List<ObservedRules> rules = new ArrayList<>();
            for (ObservedBridge bridge : view.bridges()) {
                Optional<BridgeName> name = name(bridge);
                if (name.isPresent() && (wanted.contains(name.get()) || bridge.hasGroupRange())) {
                    SwitchRules found = connection(name.get()).observe();
                    Map<PortName, Integer> numbers = numbers(bridge);
                    rules.addAll(chainRules(name.get(), desired, found, numbers));
                    bridges.add(new org.flowstream.plan.ObservedBridge(
                            name.get(), base(name.get(), desired, found, numbers)));
                }
            }
            return new Found(bridges, ports(view, desired), rules);
        } catch (OvsdbException | OpenFlowException e) {
            throw failure(e);
        }
    }

    private static WorldException failure(RuntimeException e) {
        return new WorldException(SYSTEM, "Open vSwitch: " + e.getMessage(), e);
    }

    /** A bridge whose name we could not have given is none that anybody can name to us. */
    private static Optional<BridgeName> name(ObservedBridge bridge) {
        try {
            return Optional.of(BridgeName.parse(bridge.name()));
        } catch (BadValueException e) {
            return Optional.empty();
        }
    }

    static Map<PortName, Integer> numbers(ObservedBridge bridge) {
        Map<PortName, Integer> numbers = new HashMap<>();
        for (ObservedPort port : bridge.ports()) {
            port.number().ifPresent(number -> portName(port).ifPresent(name -> numbers.put(name, number)));
        }
        return numbers;
    }

    private static Optional<PortName> portName(ObservedPort port) {
        try {
            return Optional.of(PortName.parse(port.name()));
        } catch (BadValueException e) {
            return Optional.empty();
        }
    }

    private static List<ObservedRules> chainRules(
            BridgeName bridge, Desired desired, SwitchRules found, Map<PortName, Integer> numbers) {
        Map<Long, ChainPlan> plans = plans(bridge, desired).stream()
                .collect(Collectors.toMap(plan -> plan.id().bits(), plan -> plan));
        List<ObservedRules> rules = new ArrayList<>();
        for (long id : new TreeSet<>(found.chains())) {
            ChainPlan plan = plans.get(id);
            ObservedRules.State state =
                    plan == null ? ObservedRules.State.OTHER : state(plan, found.ofChain(id), numbers);
            rules.add(new ObservedRules(bridge, new ChainId(id), state));
        }
        return rules;
    }

    private static List<ChainPlan> plans(BridgeName bridge, Desired desired) {
        return desired.chains().stream()
                .map(DesiredChain::plan)
                .filter(plan -> plan.bridge().equals(bridge))
                .toList();
    }

    private static ObservedRules.State state(ChainPlan plan, SwitchRules found, Map<PortName, Integer> numbers) {
        if (RuleDiff.changes(RuleCompiler.compile(plan, Stage.STEERED, numbers, Set.of()), found)
                .isEmpty()) {
            return ObservedRules.State.STEERED;
        }
        return RuleDiff.changes(RuleCompiler.compile(plan, Stage.ISOLATED, numbers, Set.of()), found)
                        .isEmpty()
                ? ObservedRules.State.ISOLATED
                : ObservedRules.State.OTHER;
    }

    /** The chains whose rules are found to be those of a steered one: what is common to chains is about them. */
    private static List<ChainPlan> steered(
            BridgeName bridge, Desired desired, SwitchRules found, Map<PortName, Integer> numbers) {
        return plans(bridge, desired).stream()
                .filter(plan -> state(plan, found.ofChain(plan.id().bits()), numbers) == ObservedRules.State.STEERED)
                .toList();
    }

    private SwitchRules wantedBase(
            BridgeName bridge, Desired desired, SwitchRules found, Map<PortName, Integer> numbers) {
        List<ChainPlan> steered = steered(bridge, desired, found, numbers);
        if (!bridge.equals(ownBridge)) {
            return BridgeRules.foreign(steered, numbers);
        }
        return BridgeRules.own(Unclaimed.SWITCHED, externalNumbers(bridge, desired, numbers), steered, numbers);
    }

    private static List<Integer> externalNumbers(BridgeName bridge, Desired desired, Map<PortName, Integer> numbers) {
        return desired.ports().stream()
                .filter(port -> port.bridge().equals(bridge))
                .map(ExternalPort::name)
                .filter(numbers::containsKey)
                .map(numbers::get)
                .toList();
    }

    private org.flowstream.plan.ObservedBridge.BaseRules base(
            BridgeName bridge, Desired desired, SwitchRules found, Map<PortName, Integer> numbers) {
        SwitchRules base = found.ofBridge();
        if (baseChanges(bridge, desired, found, numbers).isEmpty()) {
            return org.flowstream.plan.ObservedBridge.BaseRules.RIGHT;
        }
        return base.isEmpty()
                ? org.flowstream.plan.ObservedBridge.BaseRules.NONE
                : org.flowstream.plan.ObservedBridge.BaseRules.WRONG;
    }

    private List<SwitchChange> baseChanges(
            BridgeName bridge, Desired desired, SwitchRules found, Map<PortName, Integer> numbers) {
        List<SwitchChange> changes =
                new ArrayList<>(RuleDiff.changes(wantedBase(bridge, desired, found, numbers), found.ofBridge()));
        if (bridge.equals(ownBridge)) {
            changes.addAll(BridgeRules.forget(found, externalNumbers(bridge, desired, numbers)));
        }
        return changes;
    }

    private static List<org.flowstream.plan.ObservedPort> ports(SwitchView view, Desired desired) {
        Set<String> named = desired.chains().stream()
                .flatMap(chain -> chain.plan().externalPorts().stream())
                .map(PortName::text)
                .collect(Collectors.toSet());
        desired.ports().forEach(port -> named.add(port.name().text()));
        desired.leavingPorts().forEach(port -> named.add(port.name().text()));
        List<org.flowstream.plan.ObservedPort> ports = new ArrayList<>();
        for (ObservedBridge bridge : view.bridges()) {
            Optional<BridgeName> bridgeName = name(bridge);
            for (ObservedPort port : bridge.ports()) {
                Optional<PortName> name = portName(port);
                boolean counts = port.tags().isPresent() || named.contains(port.name());
                if (bridgeName.isPresent()
                        && name.isPresent()
                        && counts
                        && !port.name().equals(bridge.name())) {
                    ports.add(new org.flowstream.plan.ObservedPort(
                            name.get(),
                            bridgeName.get(),
                            port.tags().isPresent(),
                            port.number().stream().boxed().findFirst()));
                }
            }
        }
        return ports;
    }

    /** The live OpenFlow connection to a bridge; one that is asked for the first time is waited for. */
    OpenFlowConnection connection(BridgeName bridge) {
        SwitchLink link = links.computeIfAbsent(
                bridge, name -> new SwitchLink(address.management(name), events, BOUND, connected -> changed.run()));
        return await(link);
    }

    private static OpenFlowConnection await(SwitchLink link) {
        long deadline = System.nanoTime() + Duration.ofMillis(500).toNanos();
        while (!link.isConnected() && System.nanoTime() < deadline) {
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
        return link.connection();
    }

    /** The number of a port of a bridge; empty while it has none. */
    Optional<Integer> number(BridgeName bridge, PortName port) {
        try {
            return database.observe().bridge(bridge).map(HostSwitch::numbers).map(numbers -> numbers.get(port));
        } catch (OvsdbException e) {
            return Optional.empty();
        }
    }

    /** Work on the switch, whose failures are told as the world's. */
    @FunctionalInterface
    private interface Work {
        void run();
    }

    private static void doing(Work work) {
        try {
            work.run();
        } catch (OvsdbException | OpenFlowException e) {
            throw failure(e);
        }
    }

    void createBridge(BridgeName bridge) {
        doing(() -> database.makeOwnBridge(bridge, datapath()));
    }

    /** The kernel's datapath where its module is there, else the one in user space. */
    private static Datapath datapath() {
        return java.nio.file.Files.isDirectory(java.nio.file.Path.of("/sys/module/openvswitch"))
                ? Datapath.KERNEL
                : Datapath.USER;
    }

    void deleteBridge(BridgeName bridge) {
        doing(() -> {
            close(bridge);
            database.removeOwnBridge(bridge);
        });
    }

    void setBaseRules(BridgeName bridge, Desired desired) {
        doing(() -> {
            Map<PortName, Integer> numbers = numbers(bridge);
            OpenFlowConnection connection = connection(bridge);
            connection.apply(baseChanges(bridge, desired, connection.observe(), numbers));
        });
    }

    void clearBaseRules(BridgeName bridge) {
        doing(() -> {
            OpenFlowConnection connection = connection(bridge);
            connection.apply(
                    RuleDiff.changes(SwitchRules.NONE, connection.observe().ofBridge()));
            release(bridge, connection);
        });
    }

    private void release(BridgeName bridge, OpenFlowConnection connection) {
        if (!bridge.equals(ownBridge) && connection.observe().isEmpty()) {
            database.releaseGroups(bridge);
        }
    }

    void setRules(ChainPlan plan, Stage stage) {
        doing(() -> {
            if (!plan.bridge().equals(ownBridge)) {
                database.reserveGroups(plan.bridge());
            }
            OpenFlowConnection connection = connection(plan.bridge());
            SwitchRules wanted = RuleCompiler.compile(plan, stage, numbers(plan.bridge()), Set.of());
            List<FlowRule> conflicts = plan.bridge().equals(ownBridge)
                    ? List.of()
                    : RuleDiff.conflicts(
                            wanted,
                            connection.allFlows().stream()
                                    .map(ObservedFlow::rule)
                                    .toList());
            if (!conflicts.isEmpty()) {
                throw new WorldException(
                        SYSTEM,
                        "a rule of others stands where ours would: " + conflicts.get(0)
                                + "; give the chain another priority");
            }
            connection.apply(RuleDiff.changes(
                    wanted, connection.observe().ofChain(plan.id().bits())));
        });
    }

    void clearRules(BridgeName bridge, ChainId chain) {
        doing(() -> {
            OpenFlowConnection connection = connection(bridge);
            connection.apply(
                    RuleDiff.changes(SwitchRules.NONE, connection.observe().ofChain(chain.bits())));
            release(bridge, connection);
        });
    }

    private Map<PortName, Integer> numbers(BridgeName bridge) {
        return database.observe().bridge(bridge).map(HostSwitch::numbers).orElse(Map.of());
    }

    void addExternalPort(ExternalPort port) {
        doing(() -> database.attach(port.bridge(), port.name(), port.owner()));
    }

    void removePorts(BridgeName bridge, List<PortName> names) {
        doing(() -> database.removePorts(database.observe().bridge(bridge).stream()
                .flatMap(found -> names.stream().flatMap(name -> found.port(name).stream()))
                .filter(port -> port.tags().isPresent())
                .toList()));
    }

    void addTapPorts(BridgeName bridge, MachineSpec machine) {
        doing(() -> database.addPorts(machine.taps().stream()
                .map(tap -> NewPort.hostInterface(
                        bridge, tap, Tags.of(machine.chain().text(), machine.id(), machine.owner())))
                .toList()));
    }

    /** Where a port is. */
    record Place(BridgeName bridge, boolean tagged) {}

    Optional<Place> place(PortName port) {
        try {
            return database.observe().bridges().stream()
                    .flatMap(bridge -> bridge.port(port).stream()
                            .flatMap(found -> name(bridge).stream()
                                    .map(name -> new Place(name, found.tags().isPresent()))))
                    .findFirst();
        } catch (OvsdbException e) {
            throw failure(e);
        }
    }

    World.SystemState state() {
        try {
            SwitchView view = database.observe();
            Map<String, String> bridges = new LinkedHashMap<>();
            view.bridges().forEach(bridge -> bridges.put(bridge.name(), bridge.isOurs() ? " (ours)" : ""));
            String names = bridges.entrySet().stream()
                    .map(bridge -> bridge.getKey() + bridge.getValue())
                    .collect(Collectors.joining(", "));
            return new World.SystemState(
                    SYSTEM,
                    true,
                    view.version().orElse("") + " at " + address
                            + (names.isEmpty() ? ", no bridge yet" : ", bridges " + names));
        } catch (OvsdbException e) {
            return new World.SystemState(SYSTEM, false, String.valueOf(e.getMessage()));
        }
    }

    private void close(BridgeName bridge) {
        SwitchLink link = links.remove(bridge);
        if (link != null) {
            link.close();
        }
    }

    @Override
    public void close() {
        links.keySet().forEach(this::close);
        database.close();
    }
}
