package org.flowstream.ovsdb;

import java.nio.file.Path;
import org.flowstream.model.BridgeName;
import org.flowstream.problem.BadValueException;

/**
 * Where a switch is reached: its database's socket, in whose folder its bridges' management sockets are too.
 *
 * @param database such as {@code /var/run/openvswitch/db.sock}
 */
public record SwitchAddress(Path database) {
    private static final String SCHEME = "unix:";

    /** {@code unix:PATH}, the path being absolute. */
    public static SwitchAddress parse(String text) {
        if (!text.startsWith(SCHEME + "/")) {
            throw BadValueException.expected(text, "the database's address such as unix:/var/run/openvswitch/db.sock");
        }
        return new SwitchAddress(Path.of(text.substring(SCHEME.length())));
    }

    /** A bridge's OpenFlow socket. */
    public Path management(BridgeName bridge) {
        return database.resolveSibling(bridge + ".mgmt");
    }

    @Override
    public String toString() {
        return SCHEME + database;
    }
}
