package org.flowstream.qemutests;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

/** Everything of ours that this host holds now: what must be the same after a test as before it. */
record Leftovers(TreeSet<String> things) {
    private static final Duration STAYS = Duration.ofSeconds(3);

    static Leftovers now() {
        return now(Host.SHARED);
    }

    /** What there is, of which libvirt's and the switch's part is what these daemons say. */
    static Leftovers now(Host host) {
        TreeSet<String> things = new TreeSet<>();
        host.command("virsh", "-q", "list", "--all", "--name")
                .output()
                .lines()
                .filter(name -> name.matches("flowstream[-.].*"))
                .forEach(name -> things.add("domain " + name));
        Command.of("ip", "-o", "link", "show")
                .output()
                .lines()
                .map(line -> line.replaceFirst("^\\d+: ([^:@]+).*", "$1"))
                .filter(name -> name.matches("fs[0-9a-z]{9}|fst.*"))
                .forEach(name -> things.add("link " + name));
        Command.of("ip", "netns", "list")
                .output()
                .lines()
                .filter(name -> name.startsWith("fst-"))
                .forEach(name -> things.add("namespace " + name));
        for (String table : new String[] {"Port", "Interface", "Bridge"}) {
            host.command("ovs-vsctl", "--bare", "--columns=name,external_ids", "--format=csv", "list", table)
                    .output()
                    .lines()
                    .filter(row -> row.contains("flowstream"))
                    .forEach(row -> things.add(table + " " + row));
        }
        host.command("ovs-vsctl", "list-br")
                .output()
                .lines()
                .forEach(bridge -> host.command(
                                "ovs-ofctl",
                                "-O",
                                "OpenFlow13",
                                "dump-flows",
                                bridge,
                                "cookie=0x466c000000000000/0xffff000000000000")
                        .run()
                        .out()
                        .lines()
                        .filter(line -> line.contains("cookie="))
                        // Places of addresses that the switch learnt by itself; it ages them by itself.
                        .filter(line -> !line.contains("cookie=0x466c01"))
                        .forEach(rule -> things.add("rule on " + bridge + ": "
                                + rule.replaceAll("(duration|n_packets|n_bytes|idle_age)=[^,]*, ?", ""))));
        host.command("ovs-vsctl", "list-br")
                .output()
                .lines()
                .forEach(bridge -> host.command("ovs-ofctl", "-O", "OpenFlow13", "dump-groups", bridge)
                        .run()
                        .out()
                        .lines()
                        .filter(line -> line.matches(".*group_id=1181[45]\\d{5}.*"))
                        .forEach(group -> things.add("group on " + bridge + ": " + group)));
        Command.of("pgrep", "-a", "qemu-system")
                .run()
                .out()
                .lines()
                .filter(line -> line.matches(".*guest=flowstream[-.].*"))
                .forEach(line -> things.add("process " + line));
        // Without its id: a daemon that a test killed and started again is the same thing.
        Command.of("pgrep", "-a", "-f", "^[^ ]*flowstream-engine |org[.]flowstream[.]daemon[.]Daemon$")
                .run()
                .out()
                .lines()
                .filter(line -> line.contains(root()))
                .forEach(line -> things.add("process " + line.replaceFirst("^\\d+ ", "")));
        // Middleboxes as processes, of this run's daemons.
        Command.of("pgrep", "-a", "-f", "^[^ ]*flowstream-engine .*--supervised ")
                .run()
                .out()
                .lines()
                .filter(line -> line.contains("/fst" + ProcessHandle.current().pid() + "-"))
                .forEach(line -> things.add("process " + line.replaceFirst("^\\d+ ", "")));
        Strangers strangers = Strangers.now();
        things.removeIf(strangers::own);
        return new Leftovers(things);
    }

    /** This working tree: processes of another one are another's. */
    private static String root() {
        return Objects.requireNonNull(Platform.program().getParent()).getParent() + "/";
    }

    /**
     * What has come to a host since and stays. Another run's tap bears no tag while it is made, and cannot be asked for
     * its tag once it has gone: so what one look takes for ours has to be there at each look for some time.
     */
    List<String> added(Host host) {
        TreeSet<String> more = new TreeSet<>(now(host).things);
        more.removeAll(things);
        long end = System.nanoTime() + STAYS.toNanos();
        while (!more.isEmpty() && System.nanoTime() < end) {
            more.retainAll(now(host).things);
        }
        return List.copyOf(more);
    }
}
