package org.flowstream.api;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/**
 * The user at the other end of a Unix socket, as the kernel tells it (SO_PEERCRED).
 *
 * @param user the name, or the number where the user has none
 * @param group the primary group, likewise
 */
public record Peer(String user, String group) {
    static Peer of(SocketChannel channel) throws IOException {
        UnixDomainPrincipal principal = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
        return new Peer(principal.user().getName(), principal.group().getName());
    }
}
