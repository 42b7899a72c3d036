package org.flowstream.qemutests;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Frames that were lost before the switch saw them: it reads each port by a packet socket, which holds some 270 small ones.
 * Where the switch gets no processor for longer than these take to come, the kernel drops what comes then, and counts it.
 */
final class SwitchLosses {
    /** {@code p_raw 0 0 *:fst1a * skmem:(r0,rb212992,…,d236)}: the port, and what its socket dropped (ss(8)). */
    private static final Pattern SOCKET = Pattern.compile("\\*:(\\S+)\\s.*skmem:\\(.*,d(\\d+)\\)");

    private SwitchLosses() {}

    /** How many so far, at the ports of a bridge. */
    static long at(String bridge) {
        Set<String> ports =
                Command.of("ovs-vsctl", "list-ports", bridge).output().lines().collect(Collectors.toSet());
        return Command.of("ss", "-f", "link", "-nm")
                .output()
                .lines()
                .map(SOCKET::matcher)
                .filter(Matcher::find)
                .filter(socket -> ports.contains(socket.group(1)))
                .mapToLong(socket -> Long.parseLong(socket.group(2)))
                .sum();
    }
}
