package org.flowstream.qemutests;

import java.util.TreeMap;
import java.util.regex.Pattern;

/** How much of each kind of thing of ours a host holds: the same after a fault as before it. */
record Inventory(TreeMap<String, Long> counts) {
    private static final Pattern LEARNT_OR_LEASE = Pattern.compile("cookie=0x466c0(1|8)");

    static Inventory of(Host host) {
        TreeMap<String, Long> counts = new TreeMap<>();
        String bridge = Platform.bridge();
        counts.put("domains", lines(host.command("virsh", "-q", "list", "--all", "--name"), "flowstream[-.].*"));
        counts.put("links", lines(Command.of("ip", "-o", "link", "show"), "\\d+: fs[0-9a-z]{9}: .*"));
        counts.put("ports", lines(host.command("ovs-vsctl", "list-ports", bridge), "fs.*"));
        counts.put(
                "rules",
                host.command("ovs-ofctl", "dump-flows", bridge, "cookie=0x466c000000000000/0xffff000000000000")
                        .run()
                        .out()
                        .lines()
                        .filter(line -> line.contains("cookie="))
                        .filter(line -> !LEARNT_OR_LEASE.matcher(line).find())
                        .count());
        counts.put(
                "groups", lines(host.command("ovs-ofctl", "-O", "OpenFlow13", "dump-groups", bridge), ".*group_id=.*"));
        return new Inventory(counts);
    }

    private static long lines(Command command, String pattern) {
        return command.run().out().lines().filter(line -> line.matches(pattern)).count();
    }
}
