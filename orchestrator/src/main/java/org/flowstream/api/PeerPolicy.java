package org.flowstream.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Who may use the interface: root, the user the daemon runs as, and the members of the group that owns the socket.
 *
 * @param group the group, or empty for none
 * @param groups the file of groups, {@code /etc/group}
 */
public record PeerPolicy(String self, String group, Path groups) {
    /** The policy of an ordinary host. */
    public static PeerPolicy of(String group) {
        return new PeerPolicy(System.getProperty("user.name", "root"), group, Path.of("/etc/group"));
    }

    boolean allows(Peer peer) throws IOException {
        if (peer.user().equals("root") || peer.user().equals(self)) {
            return true;
        }
        return !group.isEmpty() && (peer.group().equals(group) || members().contains(peer.user()));
    }

    private List<String> members() throws IOException {
        return Files.readAllLines(groups).stream()
                .map(line -> line.split(":", -1))
                .filter(fields -> fields.length == 4 && fields[0].equals(group))
                .flatMap(fields -> List.of(fields[3].split(",", -1)).stream())
                .toList();
    }
}
