package org.flowstream.doctor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.host.Program;

/** Whether the external ports suit the user-space switch: segments and checksums finished, frames not too long. */
public record PortsCheck(Root root, String database) implements Check {
    private static final String OFFLOAD = "offload";
    private static final String MTU = "mtu";
    private static final int LONGEST = 1500;

    @Override
    public List<Finding> look() {
        try {
            Program.Output ports = Program.run(List.of(
                    "ovs-vsctl",
                    "--db=" + database,
                    "--timeout=5",
                    "--bare",
                    "--columns=name",
                    "find",
                    "Port",
                    "external_ids:flowstream!=\"\"",
                    "external_ids:flowstream-machine=[]"));
            if (!ports.ok()) {
                // That Open vSwitch does not answer is told by its own check.
                return List.of();
            }
            List<Finding> found = new ArrayList<>();
            for (String port :
                    ports.out().lines().filter(line -> !line.isBlank()).toList()) {
                found.addAll(look(port));
            }
            return found;
        } catch (IOException e) {
            return List.of(Finding.note(OFFLOAD, "the external ports cannot be looked at: " + e.getMessage()));
        }
    }

    private List<Finding> look(String port) throws IOException {
        List<Finding> found = new ArrayList<>();
        Program.Output features = Program.run(List.of("ethtool", "-k", port));
        boolean veth = root.has("/sys/class/net/" + port + "/iflink")
                && !root.lines("/sys/class/net/" + port + "/iflink")
                        .equals(root.lines("/sys/class/net/" + port + "/ifindex"));
        List<String> wrong = features.out()
                .lines()
                .map(String::strip)
                .filter(line -> line.matches("(generic-receive-offload|large-receive-offload): on"))
                .map(line -> line.substring(0, line.indexOf(':')))
                .toList();
        if (!wrong.isEmpty() && !veth) {
            found.add(Finding.warning(
                    OFFLOAD,
                    port + ": " + String.join(" and ", wrong) + " join frames into longer ones than a middlebox takes",
                    Cure.commands(
                            "the host's processor has somewhat more to do for this interface; until it is switched on"
                                    + " again or the next boot",
                            List.of(List.of("ethtool", "-K", port, "gro", "off", "lro", "off")))));
        }
        int mtu = root.lines("/sys/class/net/" + port + "/mtu").stream()
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(0);
        if (mtu > LONGEST) {
            found.add(Finding.warning(
                    MTU,
                    port + ": its MTU is " + mtu + "; frames over " + LONGEST
                            + " are dropped and counted by a middlebox",
                    Cure.commands(
                            "the host sends no longer packets by this interface",
                            List.of(List.of("ip", "link", "set", port, "mtu", Integer.toString(LONGEST))))));
        }
        if (found.isEmpty()) {
            found.add(Finding.ok(OFFLOAD, port + ": offloads and MTU (" + mtu + ") suit a middlebox"));
        }
        return found;
    }
}
