package org.flowstream.reconcile;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.flowstream.chain.ChainPlan;
import org.flowstream.control.ReadyLine;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.PortName;
import org.flowstream.ovsdb.Bfd;
import org.flowstream.ovsdb.BfdPorts;
import org.flowstream.ovsdb.ObservedBridge;
import org.flowstream.ovsdb.ObservedPort;
import org.flowstream.ovsdb.SwitchDatabase;
import org.flowstream.ovsdb.Tags;
import org.flowstream.plan.ObservedRules;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * BFD between the switch and the machines: on one tap of each machine that says it answers, and while it is ready for
 * packets alone. A machine that starts has none: its port would not be live, and the next session would be waited for.
 *
 * <p>On a port whose device does not answer BFD would end all traffic for good. So it stays on only where the session
 * comes up at once; a machine of which that is not so is covered by its link, as one of an earlier runtime is.
 */
final class HostLiveness {
    /** How long a session has to come up: an idle guest answers within a millisecond. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(HostLiveness.class);

    private final SwitchDatabase database;
    private final BfdPorts bfdPorts;
    private final SwitchPorts ports;
    private final Optional<Duration> detection;
    private final Function<MachineId, Optional<ReadyLine>> ready;
    private final Set<MachineId> mute = ConcurrentHashMap.newKeySet();
    /** Machines with which BFD began before they could say that they answer. */
    private final Set<MachineId> expected = ConcurrentHashMap.newKeySet();

    /**
     * @param detection after which a machine that says nothing is not live; empty: no machine is asked
     * @param ready what a machine said of itself; empty while it is not known
     */
    HostLiveness(
            SwitchDatabase database,
            SwitchPorts ports,
            Optional<Duration> detection,
            Function<MachineId, Optional<ReadyLine>> ready) {
        this.database = database;
        this.bfdPorts = new BfdPorts(database);
        this.ports = ports;
        this.detection = detection;
        this.ready = ready;
    }

    /** A machine that starts may be another one than before. */
    void begin(MachineId machine) {
        mute.remove(machine);
        expected.remove(machine);
    }

    /**
     * Begins BFD with a machine whose guest boots, whose ports are there, and to which nothing is steered. The switch's first
     * packet waits in the tap for the guest, and the session is up when the guest is: some 25 ms earlier than when the guest
     * were asked first. It is settled as others are once the guest has said what it answers; that it answers at all, and by
     * its first device, is taken for likely until then.
     */
    void expect(MachineSpec machine, ObservedBridge bridge) {
        if (detection.isPresent()
                && !machine.guest().isForeign()
                && !machine.devices().isEmpty()) {
            MachineSpec.Device first = machine.devices().get(0);
            bridge.port(first.tap()).filter(ports::isOurs).ifPresent(port -> {
                expected.add(machine.id());
                bfdPorts.set(port, detection.map(time -> new Bfd(time, first.mac())));
            });
        }
    }

    /** The taps of ours on which BFD is on. */
    Map<MachineId, PortName> watched(ObservedBridge bridge) {
        Map<MachineId, PortName> watched = new HashMap<>();
        for (ObservedPort port : bridge.ports()) {
            Optional<MachineId> machine = port.tags().flatMap(Tags::machine);
            if (port.bfd().isPresent() && machine.isPresent() && ports.isOurs(port)) {
                watched.put(machine.get(), PortName.parse(port.name()));
            }
        }
        return watched;
    }

    /** The machines that answer BFD now. */
    Set<MachineId> heard(ObservedBridge bridge) {
        return bridge.ports().stream()
                .filter(ports::isOurs)
                .filter(port -> port.bfd().filter(Bfd.Session::isUp).isPresent())
                .flatMap(port -> port.tags().flatMap(Tags::machine).stream())
                .collect(Collectors.toSet());
    }

    /**
     * Rules as they compare with BFD taken in: groups that watch ports where it is not as it should be steer nothing yet.
     *
     * @param plan of their chain; empty where it is not declared
     */
    ObservedRules with(
            ObservedRules rules, Optional<ChainPlan> plan, ObservedBridge bridge, Predicate<MachineId> held) {
        boolean right = rules.state() != ObservedRules.State.STEERED
                || plan.filter(it -> !isRight(it, bridge, held)).isEmpty();
        return right ? rules : new ObservedRules(rules.bridge(), rules.chain(), ObservedRules.State.OTHER);
    }

    private boolean isRight(ChainPlan plan, ObservedBridge bridge, Predicate<MachineId> held) {
        return plan.machines().stream()
                .allMatch(machine ->
                        machine.devices().stream().allMatch(device -> isRight(machine, device, bridge, held)));
    }

    private boolean isRight(
            MachineSpec machine, MachineSpec.Device device, ObservedBridge bridge, Predicate<MachineId> held) {
        Optional<Bfd.Session> there = bridge.port(device.tap()).flatMap(ObservedPort::bfd);
        if (isUnknown(machine, held)) {
            return true;
        }
        Optional<Bfd> wanted = wanted(machine, device, held);
        return there.isPresent() == wanted.isPresent()
                && wanted.stream().allMatch(bfd -> there.stream().allMatch(session -> session.is(bfd)));
    }

    /** A machine that was found running keeps what it has until it has been heard; what is the user's own never is. */
    private boolean isUnknown(MachineSpec machine, Predicate<MachineId> held) {
        return detection.isPresent()
                && !machine.guest().isForeign()
                && !held.test(machine.id())
                && !mute.contains(machine.id())
                && ready.apply(machine.id()).isEmpty();
    }

    private Optional<Bfd> wanted(MachineSpec machine, MachineSpec.Device device, Predicate<MachineId> held) {
        OptionalInt answers = ready.apply(machine.id()).map(ReadyLine::bfd).orElse(OptionalInt.empty());
        boolean on = !held.test(machine.id())
                && !mute.contains(machine.id())
                && answers.isPresent()
                && answers.getAsInt() == device.index();
        return on ? detection.map(time -> new Bfd(time, device.mac())) : Optional.empty();
    }

    /** Sets BFD as it should be, and returns when what was set is up. */
    void settle(ChainPlan plan, Predicate<MachineId> held) {
        for (MachineSpec machine : plan.machines()) {
            boolean begun = !held.test(machine.id()) && expected.remove(machine.id());
            for (MachineSpec.Device device : machine.devices()) {
                Optional<ObservedBridge> bridge = database.observe().bridge(plan.bridge());
                Optional<ObservedPort> port = bridge.flatMap(it -> it.port(device.tap()));
                if (port.filter(ports::isOurs).isPresent()) {
                    Optional<Bfd> wanted = wanted(machine, device, held);
                    if (!isRight(machine, device, bridge.get(), held)) {
                        bfdPorts.set(port.get(), wanted);
                        await(machine, port.get(), wanted);
                    } else if (begun) {
                        await(machine, port.get(), wanted);
                    }
                }
            }
        }
    }

    private void await(MachineSpec machine, ObservedPort port, Optional<Bfd> bfd) {
        if (bfd.isPresent() && !bfdPorts.comesUp(port, PATIENCE)) {
            mute.add(machine.id());
            bfdPorts.set(port, Optional.empty());
            LOG.warn(
                    "machine {} says that it answers BFD and does not on {}: only its end is seen by the switch",
                    machine.name(),
                    port.name());
        }
    }

    /** How the switch sees that a machine lives, for people. */
    String describe(MachineSpec machine, ObservedBridge bridge) {
        Optional<Bfd.Session> session = machine.devices().stream()
                .flatMap(device -> bridge.port(device.tap()).stream())
                .flatMap(port -> port.bfd().stream())
                .findFirst();
        if (session.isPresent()) {
            return session.get().isUp() ? "bfd up" : "bfd down";
        }
        if (machine.guest().isForeign()) {
            return "link alone: a " + machine.guest() + " of your own does not answer BFD";
        }
        if (detection.isEmpty()) {
            return "link alone: BFD is off";
        }
        boolean silent =
                ready.apply(machine.id()).filter(line -> line.bfd().isEmpty()).isPresent();
        return silent ? "link alone: its runtime does not answer BFD" : "link alone";
    }
}
