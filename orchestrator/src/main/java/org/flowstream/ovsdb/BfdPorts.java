package org.flowstream.ovsdb;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.flowstream.model.PortName;

/** BFD on ports of ours. On a port of others it is never set, nor changed. */
public final class BfdPorts {
    private final SwitchDatabase database;

    public BfdPorts(SwitchDatabase database) {
        this.database = database;
    }

    /** Has ovs-vswitchd speak BFD on a port, or be silent; it begins at once, and the port is live when BFD is up. */
    public void set(ObservedPort port, Optional<Bfd> bfd) {
        if (port.tags().isPresent()) {
            ArrayNode one = Operations.where("name", Operations.text(port.name()));
            database.change(new Operations()
                    .update(
                            Replica.INTERFACE,
                            one,
                            "bfd",
                            Operations.map(bfd.map(Bfd::column).orElse(Map.of()))));
        }
    }

    /** Whether a port's BFD is up within a time. */
    public boolean comesUp(ObservedPort port, Duration patience) {
        try {
            return database.await(
                            patience,
                            "BFD of " + port.name(),
                            view -> view.port(PortName.parse(port.name()))
                                    .flatMap(ObservedPort::bfd)
                                    .filter(Bfd.Session::isUp))
                    .isUp();
        } catch (OvsdbTimeoutException e) {
            return false;
        }
    }
}
