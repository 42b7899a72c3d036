package org.flowstream.ovsdb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.flowstream.model.BridgeName;
import org.flowstream.model.Installation;
import org.flowstream.model.MachineId;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;
import org.flowstream.rules.BridgeRules;
import org.flowstream.rules.GroupRule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Open vSwitch's configuration: its bridges and ports, observed and changed by its database.
 *
 * <p>Rows that carry our tag are ours. Of a bridge of others nothing is ever written but ports of ours and keys of ours
 * in its external_ids: its controller, fail_mode, protocols and datapath_type are never touched, since writing the first
 * two empties its flow table. Each change is one transaction, and returns once ovs-vswitchd has done it.
 */
public final class SwitchDatabase implements AutoCloseable {
    /** Our ports ask for numbers from here, far from where Open vSwitch itself begins. */
    private static final int FIRST_NUMBER = 20_000;

    private static final int NUMBERS = 30_000;
    private static final Logger LOG = LoggerFactory.getLogger(SwitchDatabase.class);
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final DatabaseLink link;
    private final Installation installation;
    private final Duration bound;

    private SwitchDatabase(DatabaseLink link, Installation installation, Duration bound) {
        this.link = link;
        this.installation = installation;
        this.bound = bound;
    }

    /**
     * Starts to connect, and goes on until it is closed.
     *
     * @param socket such as {@code /var/run/openvswitch/db.sock}
     * @param installation whose tag new bridges and ports get
     * @param bound how long each change waits for the database, and for ovs-vswitchd
     * @param changed called after each change of what {@link #observe} answers; it must not wait
     */
    public static SwitchDatabase connect(Path socket, Installation installation, Duration bound, Runnable changed) {
        return new SwitchDatabase(new DatabaseLink(socket, bound, changed), installation, bound);
    }

    /** The same for the daemon of an ordinary host. */
    public static SwitchDatabase connect(Path socket, Duration bound, Runnable changed) {
        return connect(socket, Installation.STANDARD, bound, changed);
    }

    /**
     * What the database holds now.
     *
     * @throws OvsdbUnavailableException if it cannot be known now
     */
    public SwitchView observe() {
        return link.view();
    }

    /** Waits for the first connection. */
    public SwitchView awaitConnected() {
        return link.await(bound, "a connection to Open vSwitch's database", Optional::of);
    }

    /**
     * Waits until a question has an answer.
     *
     * @throws OvsdbTimeoutException naming {@code what}
     */
    public <T> T await(String what, Function<SwitchView, Optional<T>> question) {
        return link.await(bound, what, question);
    }

    <T> T await(Duration patience, String what, Function<SwitchView, Optional<T>> question) {
        return link.await(patience, what, question);
    }

    /**
     * Makes a bridge of ours, if it is not there yet: secure, so that nothing passes but by our rules, also after a
     * restart of the switch. An own bridge that is there is left as it is.
     */
    public void makeOwnBridge(BridgeName name, Datapath datapath) {
        Optional<ObservedBridge> there = observe().bridge(name);
        if (there.isPresent()) {
            if (!there.get().isOurs()) {
                throw new SwitchConflictException("bridge '" + name + "' exists and is not ours; use it with --bridge "
                        + name + ", or give ours another name");
            }
        } else {
            change(new Operations()
                    .insert(Replica.INTERFACE, "interface", row(name.text()).put("type", "internal"))
                    .insert(Replica.PORT, "port", row(name.text()).set("interfaces", Operations.named("interface")))
                    .insert("Flow_Table", "places", placesTable())
                    .insert(Replica.BRIDGE, "bridge", ownBridge(name, datapath))
                    .mutate(Replica.ROOT, Operations.everyRow(), "bridges", "insert", Operations.named("bridge")));
        }
        await(
                "bridge '" + name + "' opened by ovs-vswitchd (is it running?)",
                view -> view.bridge(name)
                        .flatMap(bridge -> bridge.port(new PortName(name.text())))
                        .filter(port ->
                                port.number().isPresent() || port.error().isPresent()));
    }

    private ObjectNode ownBridge(BridgeName name, Datapath datapath) {
        ObjectNode row = row(name.text()).put("datapath_type", datapath.type()).put("fail_mode", "secure");
        Map<String, String> ids =
                Tags.of("bridge", Owner.OPERATOR).in(installation).externalIds();
        ids.put(Tags.GROUPS, groupRange());
        row.set("external_ids", Operations.map(ids));
        row.set("ports", Operations.named("port"));
        ArrayNode places = JSON.arrayNode().add(BridgeRules.PLACES).add(Operations.named("places"));
        row.set("flow_tables", JSON.arrayNode().add("map").add(JSON.arrayNode().add(places)));
        return row;
    }

    /** Bounds what a station can make us remember by sending from ever new addresses. */
    private static ObjectNode placesTable() {
        return row("flowstream-places")
                .put("flow_limit", BridgeRules.MOST_PLACES)
                .put("overflow_policy", "evict");
    }

    /** Removes our bridge; one that holds ports of others stays, and is an error that names them. */
    public void removeOwnBridge(BridgeName name) {
        Optional<ObservedBridge> there = observe().bridge(name);
        if (there.isEmpty()) {
            return;
        }
        ObservedBridge bridge = there.get();
        if (!bridge.isOurs()) {
            throw new SwitchConflictException("bridge '" + name + "' is not ours");
        }
        List<String> foreign = bridge.ports().stream()
                .filter(port -> port.tags().isEmpty() && !port.name().equals(name.text()))
                .map(ObservedPort::name)
                .toList();
        if (!foreign.isEmpty()) {
            throw new SwitchConflictException(
                    "bridge '" + name + "' holds ports that are not ours: " + String.join(", ", foreign));
        }
        change(new Operations()
                .mutate(Replica.ROOT, Operations.everyRow(), "bridges", "delete", Operations.uuid(bridge.uuid())));
    }

    /** Writes down on a bridge that its groups of our range are ours. */
    public void reserveGroups(BridgeName name) {
        ObservedBridge bridge = bridge(name);
        if (!bridge.hasGroupRange()) {
            change(new Operations()
                    .mutate(
                            Replica.BRIDGE,
                            Operations.where("_uuid", Operations.uuid(bridge.uuid())),
                            "external_ids",
                            "insert",
                            Operations.map(Map.of(Tags.GROUPS, groupRange()))));
        }
    }

    /** Takes that note off a bridge of others again; an own bridge, also another installation's, was made with it. */
    public void releaseGroups(BridgeName name) {
        observe()
                .bridge(name)
                .filter(bridge -> bridge.hasGroupRange() && !bridge.isOurs())
                .ifPresent(bridge -> change(new Operations()
                        .mutate(
                                Replica.BRIDGE,
                                Operations.where("_uuid", Operations.uuid(bridge.uuid())),
                                "external_ids",
                                "delete",
                                Operations.set(List.of(Operations.text(Tags.GROUPS))))));
    }

    private static String groupRange() {
        return String.format(Locale.ROOT, "0x%x-0x%x", GroupRule.FIRST, GroupRule.LAST);
    }

    /**
     * Adds ports, all or none, and waits for their numbers. Ports of ours that are there already, on the same bridge,
     * are left as they are.
     *
     * @return all of them, in the order asked for, each with its number
     * @throws SwitchConflictException if a bridge is missing, a name is in use, or ovs-vswitchd cannot open a port; none
     *     of them is left then
     */
    public List<ObservedPort> addPorts(List<NewPort> ports) {
        SwitchView view = observe();
        List<NewPort> missing = new ArrayList<>();
        for (NewPort each : ports) {
            bridge(each.bridge());
            Optional<ObservedPort> there = view.port(each.name());
            if (there.isEmpty()) {
                missing.add(each);
            } else if (!there.get().bridge().equals(each.bridge().text())
                    || there.get().tags().isEmpty()) {
                throw new SwitchConflictException("port '" + each.name() + "' is on bridge '"
                        + there.get().bridge() + "' already"
                        + (there.get().tags().isEmpty() ? " and is not ours" : ""));
            }
        }
        if (!missing.isEmpty()) {
            insert(view, missing);
        }
        boolean done = false;
        try {
            List<ObservedPort> opened = ports.stream().map(this::awaitNumber).toList();
            done = true;
            return opened;
        } finally {
            if (!done) {
                removeQuietly(missing);
            }
        }
    }

    /**
     * Makes ours what others' scripts put on a bridge for a machine of ours: Xen's make its ports with it. All of them get
     * our tag and ask for a number of ours, in one transaction; one that is not there is added.
     */
    public void adoptPorts(List<NewPort> ports) {
        SwitchView view = observe();
        Operations operations = new Operations();
        List<NewPort> missing = new ArrayList<>();
        Map<PortName, Integer> asked = new HashMap<>();
        for (NewPort each : ports) {
            List<Integer> numbers = freeNumbers(view, each.bridge(), ports.size());
            Optional<ObservedPort> there = bridge(each.bridge()).port(each.name());
            if (there.isEmpty()) {
                missing.add(each);
            } else if (there.get().tags().isEmpty()) {
                int number = numbers.get(asked.size());
                asked.put(each.name(), number);
                ArrayNode port =
                        Operations.where("_uuid", Operations.uuid(there.get().uuid()));
                ArrayNode named =
                        Operations.where("name", Operations.text(each.name().text()));
                operations
                        .require(
                                Replica.PORT,
                                port,
                                "name",
                                Operations.text(each.name().text()))
                        .update(
                                Replica.PORT,
                                port,
                                "external_ids",
                                Operations.map(each.tags().in(installation).externalIds()))
                        .update(Replica.INTERFACE, named, "ofport_request", JSON.numberNode(number));
            }
        }
        if (!asked.isEmpty()) {
            change(operations);
            asked.forEach((name, number) -> await(
                    "number " + number + " of port '" + name + "'",
                    now -> now.port(name).filter(port -> port.number().orElse(0) == number)));
        }
        addPorts(missing);
    }

    private void insert(SwitchView view, List<NewPort> ports) {
        Operations operations = new Operations();
        Map<BridgeName, List<Integer>> numbers = ports.stream()
                .map(NewPort::bridge)
                .distinct()
                .collect(Collectors.toMap(Function.identity(), name -> freeNumbers(view, name, ports.size())));
        for (int i = 0; i < ports.size(); i++) {
            NewPort port = ports.get(i);
            ObservedBridge bridge = bridge(port.bridge());
            ArrayNode where = Operations.where("_uuid", Operations.uuid(bridge.uuid()));
            ObjectNode anInterface = row(port.name().text())
                    .put("type", port.type())
                    .put(
                            "ofport_request",
                            numbers.getOrDefault(port.bridge(), List.of()).get(i));
            anInterface.set("options", Operations.map(port.options()));
            ObjectNode row = row(port.name().text());
            row.set("interfaces", Operations.named("interface" + i));
            row.set("external_ids", Operations.map(port.tags().in(installation).externalIds()));
            operations
                    .require(Replica.BRIDGE, where, "name", Operations.text(bridge.name()))
                    .insert(Replica.INTERFACE, "interface" + i, anInterface)
                    .insert(Replica.PORT, "port" + i, row)
                    .mutate(Replica.BRIDGE, where, "ports", "insert", Operations.named("port" + i));
        }
        transact(operations);
    }

    /** Numbers that no port has or asks for; the longest unused last, so that a late packet meets no new port. */
    private static List<Integer> freeNumbers(SwitchView view, BridgeName name, int count) {
        Set<Integer> taken =
                view.bridge(name).stream().flatMap(SwitchView::numbers).collect(Collectors.toSet());
        int highest = taken.stream()
                .filter(number -> number >= FIRST_NUMBER && number < FIRST_NUMBER + NUMBERS)
                .max(Integer::compare)
                .orElse(FIRST_NUMBER - 1);
        return IntStream.range(0, NUMBERS)
                .map(i -> FIRST_NUMBER + (highest + 1 - FIRST_NUMBER + i) % NUMBERS)
                .filter(number -> !taken.contains(number))
                .limit(count)
                .boxed()
                .toList();
    }

    private ObservedPort awaitNumber(NewPort port) {
        ObservedPort opened = await(
                "port '" + port.name() + "' opened by ovs-vswitchd (is it running?)",
                view -> view.port(port.name())
                        .filter(each ->
                                each.number().isPresent() || each.error().isPresent()));
        if (opened.number().isEmpty()) {
            throw new SwitchConflictException("Open vSwitch cannot open port '" + port.name() + "': "
                    + opened.error().orElse("no reason given"));
        }
        return opened;
    }

    /** Undoes a failed addition; that it failed is what the caller is to hear, not that undoing it did too. */
    private void removeQuietly(List<NewPort> ports) {
        try {
            SwitchView view = observe();
            removePorts(ports.stream()
                    .flatMap(port -> view.port(port.name()).stream())
                    .filter(port -> port.tags().isPresent())
                    .toList());
        } catch (OvsdbException e) {
            LOG.warn("that the failed ports are gone is not confirmed: {}", e.getMessage());
        }
    }

    /**
     * Puts an interface on a bridge as an external port, or adopts one that others put there, which is not marked.
     *
     * @return whether it is on the bridge because of us
     */
    public boolean attach(BridgeName name, PortName port, Owner owner) {
        ObservedBridge bridge = bridge(name);
        Optional<ObservedPort> there = bridge.port(port);
        if (there.isPresent()) {
            awaitNumber(NewPort.hostInterface(name, port, Tags.of(port.text(), owner)));
            return there.get().tags().isPresent();
        }
        addPorts(List.of(NewPort.hostInterface(name, port, Tags.of(port.text(), owner))));
        return true;
    }

    /** Removes all taps of a machine. */
    public void removeMachine(MachineId machine) {
        removePorts(observe().portsOf(machine));
    }

    /** Removes ports that carry our tag; one that does not is refused, one that is gone already is no error. */
    public void removePorts(List<ObservedPort> ports) {
        Operations operations = new Operations();
        SwitchView view = observe();
        for (ObservedPort each : ports) {
            Tags tags = each.tags()
                    .orElseThrow(() -> new SwitchConflictException(
                            "port '" + each.name() + "' on bridge '" + each.bridge() + "' is not ours"));
            if (view.ourPorts().stream().noneMatch(port -> port.uuid().equals(each.uuid()))) {
                continue;
            }
            ArrayNode ours = Operations.where("_uuid", Operations.uuid(each.uuid()));
            ours.add(Operations.condition("external_ids", "includes", Operations.map(Map.of(Tags.OF, tags.of()))));
            operations
                    .require(Replica.PORT, ours, "name", Operations.text(each.name()))
                    .mutate(
                            Replica.BRIDGE,
                            Operations.where("name", Operations.text(each.bridge())),
                            "ports",
                            "delete",
                            Operations.uuid(each.uuid()));
        }
        if (operations.size() > 0) {
            change(operations);
        }
    }

    private ObservedBridge bridge(BridgeName name) {
        SwitchView view = observe();
        return view.bridge(name).orElseThrow(() -> {
            String names = view.bridges().stream().map(ObservedBridge::name).collect(Collectors.joining(", "));
            return new SwitchConflictException("bridge '" + name + "' does not exist; "
                    + (names.isEmpty() ? "there is none" : "there are: " + names));
        });
    }

    /** A transaction that is over when ovs-vswitchd has done it. */
    void change(Operations operations) {
        long wanted = transact(operations);
        await(
                "ovs-vswitchd does what the database says (is it running?)",
                view -> Optional.of(view).filter(now -> now.done() >= wanted));
    }

    /** Commits, and answers the number by which ovs-vswitchd will say that it has come so far. */
    private long transact(Operations operations) {
        operations
                .mutate(Replica.ROOT, Operations.everyRow(), "next_cfg", "+=", JSON.numberNode(1))
                .select(Replica.ROOT, Operations.everyRow(), "next_cfg");
        List<JsonNode> results = link.transact(operations);
        return results.get(operations.size() - 1)
                .path("rows")
                .path(0)
                .path("next_cfg")
                .asLong();
    }

    private static ObjectNode row(String name) {
        return JSON.objectNode().put("name", name);
    }

    @Override
    public void close() {
        link.close();
    }
}
