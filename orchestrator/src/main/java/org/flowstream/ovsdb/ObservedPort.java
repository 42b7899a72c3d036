package org.flowstream.ovsdb;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.flowstream.model.PortName;
import org.flowstream.problem.BadValueException;

/**
 * A port of a bridge in the switch's database.
 *
 * @param uuid its row
 * @param bridge the bridge's name
 * @param tags empty on a port of others
 * @param interfaces one, but for a bond
 */
public record ObservedPort(
        String uuid, String name, String bridge, Optional<Tags> tags, List<ObservedInterface> interfaces) {
    public ObservedPort {
        interfaces = List.copyOf(interfaces);
    }

    /** Its name; empty for another's port, which nobody can name to us. */
    public Optional<PortName> portName() {
        try {
            return Optional.of(PortName.parse(name));
        } catch (BadValueException e) {
            return Optional.empty();
        }
    }

    /** Its OpenFlow number; empty until ovs-vswitchd has opened it, where that failed, and for a bond. */
    public OptionalInt number() {
        OptionalInt number = interfaces.size() == 1 ? interfaces.get(0).number() : OptionalInt.empty();
        return number.isPresent() && number.getAsInt() > 0 ? number : OptionalInt.empty();
    }

    /** Why ovs-vswitchd could not open it. */
    public Optional<String> error() {
        return interfaces.stream().flatMap(each -> each.error().stream()).findFirst();
    }

    /** How it stands with BFD; empty where that is off. */
    public Optional<Bfd.Session> bfd() {
        return interfaces.stream().flatMap(each -> each.bfd().stream()).findFirst();
    }

    /** Whether its link is up. */
    public boolean isUp() {
        return interfaces.stream().anyMatch(ObservedInterface::isUp);
    }
}
