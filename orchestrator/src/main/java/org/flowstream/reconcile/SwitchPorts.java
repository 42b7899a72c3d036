package org.flowstream.reconcile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.flowstream.model.BridgeName;
import org.flowstream.model.Installation;
import org.flowstream.model.PortName;
import org.flowstream.ovsdb.ObservedBridge;
import org.flowstream.ovsdb.ObservedPort;
import org.flowstream.ovsdb.SwitchView;
import org.flowstream.ovsdb.Tags;
import org.flowstream.plan.Desired;
import org.flowstream.problem.BadValueException;

/** What the switch's database says of ports, as an installation sees it: which are its own, which another's. */
record SwitchPorts(Installation installation) {
    /** Where a port is. */
    record Place(BridgeName bridge, boolean tagged) {}

    /** A bridge whose name we could not have given is none that anybody can name to us. */
    static Optional<BridgeName> name(ObservedBridge bridge) {
        try {
            return Optional.of(BridgeName.parse(bridge.name()));
        } catch (BadValueException e) {
            return Optional.empty();
        }
    }

    /** The numbers of the taps that carry another installation's tag. */
    Set<Integer> othersTaps(ObservedBridge bridge) {
        return bridge.ports().stream()
                .filter(port -> port.tags().flatMap(Tags::machine).isPresent() && !isOurs(port))
                .flatMap(port -> port.number().stream().boxed())
                .collect(Collectors.toSet());
    }

    boolean isOurs(ObservedPort port) {
        return port.tags().map(Tags::installation).filter(installation::equals).isPresent();
    }

    List<org.flowstream.plan.ObservedPort> ports(SwitchView view, Desired desired) {
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
                Optional<PortName> name = port.portName();
                boolean counts = isOurs(port) || named.contains(port.name());
                if (bridgeName.isPresent()
                        && name.isPresent()
                        && counts
                        && !port.name().equals(bridge.name())) {
                    ports.add(new org.flowstream.plan.ObservedPort(
                            name.get(),
                            bridgeName.get(),
                            isOurs(port),
                            port.number().stream().boxed().findFirst()));
                }
            }
        }
        return ports;
    }

    /** Two daemons that fill the same bridge would undo each other's work without end. */
    void requireOwn(SwitchView view, BridgeName ownBridge) {
        view.bridge(ownBridge)
                .flatMap(ObservedBridge::tags)
                .map(Tags::installation)
                .filter(owner -> !owner.equals(installation))
                .ifPresent(owner -> {
                    throw new WorldException(
                            HostSwitch.SYSTEM,
                            "bridge '" + ownBridge + "' belongs to the daemon of " + owner
                                    + "; start this one with --own-bridge and another name, or remove what that one left"
                                    + " (flowstream purge --installation " + owner + ")");
                });
    }

    Optional<Place> place(SwitchView view, PortName port) {
        return view.bridges().stream()
                .flatMap(bridge -> bridge.port(port).stream()
                        .flatMap(found -> name(bridge).stream().map(name -> new Place(name, isOurs(found)))))
                .findFirst();
    }
}
