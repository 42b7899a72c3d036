package org.flowstream.reconcile;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.control.ReadyLine;
import org.flowstream.health.Watched;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.Installation;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.PortName;
import org.flowstream.openflow.Flooding;
import org.flowstream.openflow.ObservedFlow;
import org.flowstream.openflow.OpenFlowConnection;
import org.flowstream.openflow.OpenFlowException;
import org.flowstream.openflow.PortSample;
import org.flowstream.openflow.SwitchEvents;
import org.flowstream.openflow.SwitchUnreachableException;
import org.flowstream.ovsdb.Datapath;
import org.flowstream.ovsdb.NewPort;
import org.flowstream.ovsdb.ObservedBridge;
import org.flowstream.ovsdb.OvsdbException;
import org.flowstream.ovsdb.SwitchAddress;
import org.flowstream.ovsdb.SwitchControl;
import org.flowstream.ovsdb.SwitchDatabase;
import org.flowstream.ovsdb.SwitchView;
import org.flowstream.ovsdb.Tags;
import org.flowstream.plan.Desired;
import org.flowstream.plan.ObservedRules;
import org.flowstream.rules.FlowRule;
import org.flowstream.rules.FoundRules;
import org.flowstream.rules.RuleDiff;
import org.flowstream.rules.SwitchChange;
import org.flowstream.rules.SwitchRules;
import org.flowstream.rules.Unclaimed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Open vSwitch as the loop sees it: its database, and an OpenFlow connection to each bridge that matters. */
final class HostSwitch implements AutoCloseable {
    static final String SYSTEM = "openvswitch";

    private static final Duration BOUND = Duration.ofSeconds(5);
    private static final Duration SAMPLE = Duration.ofSeconds(2);
    private static final Logger LOG = LoggerFactory.getLogger(HostSwitch.class);

    private final SwitchAddress address;
    private final BridgeName ownBridge;
    private final SwitchDatabase database;
    private final Runnable changed;
    private final BridgeLinks links;
    private final SwitchPorts ports;
    private final ChainId common;
    private final HostLiveness liveness;
    private final RuleLooks looks = new RuleLooks();
    /** Machines that start: their links are up before they can take a packet, so the failure policy holds for them. */
    private final Set<MachineId> held = ConcurrentHashMap.newKeySet();
    /** Those of them that no readiness releases. */
    private volatile Set<MachineId> suspended = Set.of();

    /**
     * @param detection within which machines that hang are seen by the switch; empty: they are not
     * @param ready what a machine said of itself
     */
    HostSwitch(
            SwitchAddress address,
            Installation installation,
            BridgeName ownBridge,
            SwitchEvents events,
            Runnable changed,
            Optional<Duration> detection,
            Function<MachineId, Optional<ReadyLine>> ready) {
        this.address = address;
        this.ownBridge = ownBridge;
        this.changed = changed;
        this.ports = new SwitchPorts(installation);
        this.common = ChainId.common(installation);
        this.database = SwitchDatabase.connect(address.database(), installation, BOUND, changed);
        this.liveness = new HostLiveness(database, ports, detection, ready);
        this.links = new BridgeLinks(address, events, BOUND, this::renewed);
    }

    /**
     * What was found of ours in the switch.
     *
     * @param heard the machines that it hears by BFD
     */
    record Found(
            List<org.flowstream.plan.ObservedBridge> bridges,
            List<org.flowstream.plan.ObservedPort> ports,
            List<ObservedRules> rules,
            Set<MachineId> heard) {}

    /** Looks at the database and at the rules of every bridge that is ours, is declared, or has rules of ours. */
    Found observe(Desired desired) {
        try {
            SwitchView view = database.observe();
            ports.requireOwn(view, ownBridge);
            Set<BridgeName> wanted = new TreeSet<>(List.of(ownBridge));
            desired.chains().forEach(chain -> wanted.add(chain.plan().bridge()));
            desired.ports().forEach(port -> wanted.add(port.bridge()));
            List<org.flowstream.plan.ObservedBridge> bridges = new ArrayList<>();
            List<ObservedRules> rules = new ArrayList<>();
            Set<MachineId> heard = new HashSet<>();
            Map<ChainId, ChainPlan> plans = new HashMap<>();
            desired.chains().forEach(chain -> plans.put(chain.plan().id(), chain.plan()));
            for (ObservedBridge bridge : view.bridges()) {
                Optional<BridgeName> name = SwitchPorts.name(bridge);
                boolean needed = name.filter(wanted::contains).isPresent();
                Optional<FoundRules> rulesThere =
                        name.filter(it -> needed || bridge.hasGroupRange()).flatMap(it -> rules(it, needed));
                if (name.isPresent() && rulesThere.isPresent()) {
                    FoundRules found = rulesThere.get();
                    WantedRules wantedRules = wanted(bridge, name.get(), desired);
                    Map<Long, ObservedRules.State> states = wantedRules.states(found);
                    wantedRules.chains(found, states, ports.othersTaps(bridge)).stream()
                            .map(each -> liveness.with(
                                    each, Optional.ofNullable(plans.get(each.chain())), bridge, held::contains))
                            .forEach(rules::add);
                    heard.addAll(liveness.heard(bridge));
                    bridges.add(new org.flowstream.plan.ObservedBridge(name.get(), wantedRules.base(found, states)));
                }
            }
            return new Found(bridges, ports.ports(view, desired), rules, heard);
        } catch (OvsdbException | OpenFlowException e) {
            throw failure(e);
        }
    }

    /** The rules of a bridge; empty where one that nothing declared needs does not answer: it may be going just now. */
    private Optional<FoundRules> rules(BridgeName bridge, boolean needed) {
        try {
            return Optional.of(looks.look(bridge, connection(bridge)));
        } catch (SwitchUnreachableException e) {
            if (needed) {
                throw e;
            }
            LOG.debug("bridge {}: {}", bridge, e.getMessage());
            return Optional.empty();
        }
    }

    /** How the switch sees that a machine lives; empty where its bridge is not there. */
    Optional<String> liveness(MachineSpec machine, BridgeName bridge) {
        try {
            return database.observe().bridge(bridge).map(found -> liveness.describe(machine, found));
        } catch (OvsdbException e) {
            return Optional.empty();
        }
    }

    static WorldException failure(RuntimeException e) {
        return new WorldException(SYSTEM, "Open vSwitch: " + e.getMessage(), e);
    }

    /** The live OpenFlow connection to a bridge; one that is asked for the first time is waited for. */
    OpenFlowConnection connection(BridgeName bridge) {
        return links.connection(bridge);
    }

    /** A switch that restarted has lost its rules, which the loop puts back, and which ports it does not flood into. */
    private void renewed(BridgeName bridge) {
        try {
            keepFromFlooding(bridge);
        } catch (OvsdbException | OpenFlowException e) {
            LOG.warn("bridge {}: taps may get what others flood: {}", bridge, e.getMessage());
        }
        changed.run();
    }

    /** Looks at some packets of a port of the own bridge; on another one a look would take them from its rules. */
    List<String> measure(PortName port, BridgeName bridge) {
        Optional<Integer> number = number(bridge, port);
        if (!bridge.equals(ownBridge) || number.isEmpty() || datapath() == Datapath.KERNEL) {
            return List.of();
        }
        try {
            PortSample sample =
                    PortSample.take(address.management(bridge), number.get(), Unclaimed.SWITCHED, 100, SAMPLE);
            return sample.unfinished() == 0
                    ? List.of()
                    : List.of(sample.unfinished() + " of " + sample.packets() + " packets from '" + port
                            + "' had unfinished checksums: TCP stalls in the user-space switch; cure, where they are sent:"
                            + " ethtool -K INTERFACE tx off tso off gso off");
        } catch (OpenFlowException e) {
            throw failure(e);
        }
    }

    /** What the switch does with what leaves a machine; empty while it has no rules of all its taps. */
    Optional<Watched.Exit> exit(ChainPlan plan, MachineSpec machine) {
        Map<PortName, Integer> numbers = numbers(plan.bridge());
        List<FlowRule> rules = connection(plan.bridge()).observeChain(plan.id().bits()).flows().stream()
                .filter(FlowRule::isOfLeaving)
                .filter(rule -> machine.taps().stream()
                        .flatMap(tap -> Optional.ofNullable(numbers.get(tap)).stream())
                        .anyMatch(number -> rule.key().match().inPort().equals(OptionalInt.of(number))))
                .toList();
        return rules.size() < machine.devices().size()
                ? Optional.empty()
                : Optional.of(new Watched.Exit(
                        rules.stream().allMatch(FlowRule::leadsToUs),
                        rules.get(0).cookie()));
    }

    /** The number of a port of a bridge; empty while it has none. */
    Optional<Integer> number(BridgeName bridge, PortName port) {
        try {
            return database.observe()
                    .bridge(bridge)
                    .map(ObservedBridge::numbers)
                    .map(numbers -> numbers.get(port));
        } catch (OvsdbException e) {
            return Optional.empty();
        }
    }

    /** Work on the switch, whose failures are told as the world's. */
    @FunctionalInterface
    interface Work {
        void run();
    }

    static void doing(Work work) {
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
    static Datapath datapath() {
        return java.nio.file.Files.isDirectory(java.nio.file.Path.of("/sys/module/openvswitch"))
                ? Datapath.KERNEL
                : Datapath.USER;
    }

    void deleteBridge(BridgeName bridge) {
        doing(() -> {
            links.close(bridge);
            database.removeOwnBridge(bridge);
        });
    }

    WantedRules wanted(BridgeName bridge, Desired desired) {
        return database.observe()
                .bridge(bridge)
                .map(found -> wanted(found, bridge, desired))
                .orElseGet(() -> new WantedRules(bridge, desired, Map.of(), held, Map.of(), common));
    }

    private WantedRules wanted(ObservedBridge found, BridgeName name, Desired desired) {
        return new WantedRules(name, desired, found.numbers(), held, liveness.watched(found), common);
    }

    void setBaseRules(BridgeName bridge, Desired desired) {
        doing(() -> {
            FoundRules found = new FoundRules(connection(bridge).observe());
            List<SwitchChange> changes = wanted(bridge, desired).openingChanges(found);
            apply(bridge, changes);
            forgetCachedWays(changes);
        });
    }

    /** Changes what serves a bridge as a whole. */
    private void apply(BridgeName bridge, List<SwitchChange> changes) {
        try {
            connection(bridge).apply(changes);
        } finally {
            looks.changed(bridge);
        }
    }

    /** Changes rules of some chains. */
    void apply(BridgeName bridge, Collection<ChainId> chains, List<SwitchChange> changes) {
        try {
            connection(bridge).apply(changes);
        } finally {
            looks.changed(bridge, chains.stream().map(ChainId::bits).toList());
        }
    }

    /** Has the ways forgotten that the switch keeps in its cache, if there were any changes. */
    private void forgetCachedWays(List<SwitchChange> changes) {
        if (!changes.isEmpty()) {
            forgetCachedWays();
        }
    }

    /**
     * Has the switch forget the ways that it keeps in its cache. In user space Open vSwitch 3.1.0 does not always change
     * those along with the rules: an old one was seen to lead packets past a chain for as long as they came.
     */
    void forgetCachedWays() {
        if (datapath() == Datapath.USER) {
            try {
                SwitchControl.of(address).forgetCachedFlows();
            } catch (OvsdbException e) {
                LOG.warn("packets may go on as before the change: {}", e.getMessage());
            }
        }
    }

    void clearBaseRules(BridgeName bridge) {
        doing(() -> {
            OpenFlowConnection connection = connection(bridge);
            SwitchRules found = connection.observe();
            apply(
                    bridge,
                    RuleDiff.changes(
                            SwitchRules.NONE,
                            bridge.equals(ownBridge) ? found.ofBridge() : found.common(common.bits())));
            release(bridge, connection);
        });
    }

    private void release(BridgeName bridge, OpenFlowConnection connection) {
        if (!bridge.equals(ownBridge) && connection.observe().isEmpty()) {
            database.releaseGroups(bridge);
        }
    }

    /** Sends a machine no packets until it is released: where its chain is steered, the failure policy holds for it. */
    void hold(ChainPlan plan, MachineId machine, Desired desired) {
        doing(() -> {
            WantedRules wanted = wanted(plan.bridge(), desired);
            FoundRules found = found(wanted, plan, Stage.STEERED);
            boolean steered = wanted.state(plan, found) == ObservedRules.State.STEERED;
            held.add(machine);
            liveness.begin(machine);
            if (steered) {
                setRules(plan, Stage.STEERED, desired);
            } else {
                liveness.settle(plan, held::contains);
            }
        });
    }

    /** Machines that are held no more; their chains' rules are then found to be others than wanted, and set. */
    void release(Predicate<MachineId> ready) {
        held.removeIf(machine -> !suspended.contains(machine) && ready.test(machine));
    }

    /** The machines that are to be halted: they are held until they are not, and are ready again. */
    void suspend(Set<MachineId> machines) {
        suspended = Set.copyOf(machines);
        held.addAll(machines);
    }

    /**
     * Sets the rules of a chain, with what it has in common with others.
     *
     * @param desired all that is declared
     */
    void setRules(ChainPlan plan, Stage stage, Desired desired) {
        doing(() -> {
            if (!plan.bridge().equals(ownBridge)) {
                database.reserveGroups(plan.bridge());
            }
            if (stage == Stage.STEERED) {
                liveness.settle(plan, held::contains);
            }
            OpenFlowConnection connection = connection(plan.bridge());
            WantedRules wanted = wanted(plan.bridge(), desired);
            List<FlowRule> conflicts = plan.bridge().equals(ownBridge)
                    ? List.of()
                    : RuleDiff.conflicts(
                            wanted.ofChain(plan, stage),
                            connection.allFlows().stream()
                                    .map(ObservedFlow::rule)
                                    .toList());
            if (!conflicts.isEmpty()) {
                throw new WorldException(
                        SYSTEM,
                        "a rule of others stands where ours would: " + conflicts.get(0)
                                + "; give the chain another priority");
            }
            List<SwitchChange> changes = wanted.changes(plan, stage, found(wanted, plan, stage));
            if (wanted.isBesideOthers(plan)) {
                apply(plan.bridge(), changes);
                forgetCachedWays(changes);
            } else {
                apply(plan.bridge(), List.of(plan.id()), changes);
            }
        });
    }

    /** What there is of a chain, and what may stand in its way; where many chains are, reading all takes long. */
    private FoundRules found(WantedRules wanted, ChainPlan plan, Stage stage) {
        OpenFlowConnection connection = connection(plan.bridge());
        return new FoundRules(
                wanted.isBesideOthers(plan) || wanted.ofChain(plan, stage).hasCompanions()
                        ? connection.observe()
                        : connection.observeChain(plan.id().bits()));
    }

    /** Takes a chain's rules away; what it had in common with others stays theirs. */
    void clearRules(BridgeName bridge, ChainId chain, Desired desired) {
        doing(() -> {
            OpenFlowConnection connection = connection(bridge);
            SwitchRules own = new FoundRules(connection.observeChain(chain.bits())).ofChain(chain.bits());
            boolean besideOthers = own.hasCompanions();
            List<SwitchChange> changes = besideOthers
                    ? wanted(bridge, desired).cleared(chain, new FoundRules(connection.observe()))
                    : RuleDiff.changes(SwitchRules.NONE, own);
            if (besideOthers) {
                apply(bridge, changes);
            } else {
                apply(bridge, List.of(chain), changes);
            }
            forgetCachedWays(changes);
            release(bridge, connection);
        });
    }

    Map<PortName, Integer> numbers(BridgeName bridge) {
        return database.observe().bridge(bridge).map(ObservedBridge::numbers).orElse(Map.of());
    }

    void addExternalPort(ExternalPort port) {
        doing(() -> database.attach(port.bridge(), port.name(), port.owner()));
    }

    void removePorts(BridgeName bridge, List<PortName> names) {
        doing(() -> database.removePorts(database.observe().bridge(bridge).stream()
                .flatMap(found -> names.stream().flatMap(name -> found.port(name).stream()))
                .filter(ports::isOurs)
                .toList()));
    }

    boolean hasPort(PortName name) {
        return database.observe().port(name).isPresent();
    }

    void addTapPorts(BridgeName bridge, MachineSpec machine) {
        doing(() -> {
            database.addPorts(tapPorts(bridge, machine));
            keepFromFlooding(bridge);
        });
    }

    /** Begins BFD with a machine that boots, so that its session is up when it is ready. */
    void listenFor(BridgeName bridge, MachineSpec machine) {
        doing(() -> database.observe().bridge(bridge).ifPresent(found -> liveness.expect(machine, found)));
    }

    /** Makes ours the ports that a machine brought along. */
    void adoptTapPorts(BridgeName bridge, MachineSpec machine) {
        doing(() -> {
            database.adoptPorts(tapPorts(bridge, machine));
            keepFromFlooding(bridge);
        });
    }

    private static List<NewPort> tapPorts(BridgeName bridge, MachineSpec machine) {
        return machine.taps().stream()
                .map(tap -> NewPort.hostInterface(
                        bridge, tap, Tags.of(machine.chain().text(), machine.id(), machine.owner())))
                .toList();
    }

    /** On a bridge of others their rules may flood; what they flood is for none of our machines. */
    private void keepFromFlooding(BridgeName bridge) {
        if (!bridge.equals(ownBridge)) {
            List<Integer> taps = database.observe().bridge(bridge).stream()
                    .flatMap(found -> found.ports().stream())
                    .filter(port -> port.tags().flatMap(Tags::machine).isPresent())
                    .flatMap(port -> port.number().stream().boxed())
                    .toList();
            Flooding.exclude(address.management(bridge), taps, BOUND);
        }
    }

    /** What the switch counted; failures are told as the world's. */
    <T> T counted(Function<SwitchCounts, T> question) {
        try {
            return question.apply(new SwitchCounts(links, this::numbers));
        } catch (OvsdbException | OpenFlowException e) {
            throw failure(e);
        }
    }

    Optional<SwitchPorts.Place> place(PortName port) {
        try {
            return ports.place(database.observe(), port);
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

    @Override
    public void close() {
        links.close();
        database.close();
    }
}
