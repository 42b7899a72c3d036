package org.flowstream.ovsdb;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.flowstream.model.BridgeName;
import org.flowstream.model.Installation;
import org.flowstream.model.MachineId;
import org.flowstream.model.PortName;

/**
 * What the switch's database holds at one moment.
 *
 * @param version of Open vSwitch; empty before ovs-vswitchd's first start
 * @param wanted counts changes of the configuration
 * @param done the change up to which ovs-vswitchd has come; it lags behind while the daemon is down
 */
public record SwitchView(Optional<String> version, long wanted, long done, List<ObservedBridge> bridges) {
    public SwitchView {
        bridges = List.copyOf(bridges);
    }

    public Optional<ObservedBridge> bridge(BridgeName name) {
        return bridges.stream()
                .filter(bridge -> bridge.name().equals(name.text()))
                .findFirst();
    }

    /** The bridge that holds a port; empty if no bridge does. */
    public Optional<ObservedBridge> bridgeOf(PortName port) {
        return bridges.stream().filter(bridge -> bridge.port(port).isPresent()).findFirst();
    }

    public Optional<ObservedPort> port(PortName name) {
        return bridges.stream().flatMap(bridge -> bridge.port(name).stream()).findFirst();
    }

    /** The ports of all bridges that carry our tag, whichever installation's. */
    public List<ObservedPort> ourPorts() {
        return bridges.stream()
                .flatMap(bridge -> bridge.ports().stream())
                .filter(port -> port.tags().isPresent())
                .toList();
    }

    /** The ports of all bridges that carry the tag of one installation. */
    public List<ObservedPort> portsOf(Installation installation) {
        return ourPorts().stream()
                .filter(port -> port.tags()
                        .map(Tags::installation)
                        .filter(installation::equals)
                        .isPresent())
                .toList();
    }

    /** The taps of a machine. */
    public List<ObservedPort> portsOf(MachineId machine) {
        return ourPorts().stream()
                .filter(port -> port.tags()
                        .flatMap(Tags::machine)
                        .filter(machine::equals)
                        .isPresent())
                .toList();
    }

    /** The port numbers that are taken or asked for on a bridge. */
    static Stream<Integer> numbers(ObservedBridge bridge) {
        return bridge.ports().stream()
                .flatMap(port -> port.interfaces().stream())
                .flatMap(each -> Stream.of(each.number(), each.requestedNumber()))
                .flatMap(number -> number.stream().boxed());
    }
}
