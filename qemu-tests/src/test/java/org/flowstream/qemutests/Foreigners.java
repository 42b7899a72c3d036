package org.flowstream.qemutests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What is others' on a test's own host, beside ours: a bridge with two endpoints and rules, a port and a rule on our own
 * bridge, and a domain. They are to be as they were, whatever happens to ours.
 */
final class Foreigners implements AutoCloseable {
    private static final String BRIDGE = "fstfb" + ProcessHandle.current().pid() % 100_000;
    private static final String PORT = "fstfp" + ProcessHandle.current().pid() % 100_000;
    private static final String DOMAIN =
            "fst-foreign-" + ProcessHandle.current().pid();
    /** Of ours the cookie's upper 16 bits are these. */
    private static final Pattern OURS = Pattern.compile("cookie=0x466c[0-9a-f]{12},");

    private static final Duration BOUND = Duration.ofSeconds(30);

    private final Host host;
    private final Path folder;
    private final Endpoint left;
    private final Endpoint right;

    private Foreigners(Host host, Path folder) {
        String run = Long.toString(ProcessHandle.current().pid() % 1_000_000);
        this.host = host;
        this.folder = folder;
        this.left = Endpoint.make(run, 'c', 3);
        this.right = Endpoint.make(run, 'd', 4);
    }

    /** Makes them; our own bridge is there already. */
    static Foreigners make(OwnHost own) {
        Foreigners foreigners = new Foreigners(own.host(), own.folder());
        foreigners.makePorts();
        foreigners.makeRules();
        foreigners.makeDomain();
        return foreigners;
    }

    private void makePorts() {
        vsctl("add-br", BRIDGE, "--", "set", "Bridge", BRIDGE, "datapath_type=netdev");
        vsctl("add-port", BRIDGE, left.port());
        vsctl("add-port", BRIDGE, right.port());
        vsctl("add-port", Platform.bridge(), PORT, "--", "set", "Interface", PORT, "type=internal");
    }

    /** As their owner does also after their switch has restarted: no one else would. */
    void makeRules() {
        // ovs-vswitchd answers before its bridges do.
        for (String bridge : new String[] {BRIDGE, Platform.bridge()}) {
            Wait.until(
                    "bridge " + bridge,
                    BOUND,
                    () -> host.command("ovs-ofctl", "show", bridge).run().status() == 0);
        }
        ofctl("add-flow", BRIDGE, "cookie=0x7,priority=10,tcp,tp_dst=9,actions=drop");
        ofctl("add-flow", BRIDGE, "cookie=0x466,priority=11,tcp,tp_dst=10,actions=drop");
        ofctl("add-flow", Platform.bridge(), "cookie=0x7,priority=7,tcp,tp_dst=9,actions=drop");
    }

    /** As its owner does also after the host's restart. */
    void makeDomain() {
        try {
            Path kernel = folder.resolve("foreign.elf");
            Files.write(kernel, TinyGuest.DEAF.elf("here"));
            Path xml = folder.resolve("foreign.xml");
            Files.writeString(xml, """
                    <domain type='qemu'>
                      <name>%s</name>
                      <memory unit='MiB'>8</memory>
                      <os>
                        <type arch='x86_64' machine='pc'>hvm</type>
                        <loader type='rom'>/usr/share/qemu/qboot.rom</loader>
                        <kernel>%s</kernel>
                      </os>
                      <devices><memballoon model='none'/></devices>
                    </domain>
                    """.formatted(DOMAIN, kernel));
            host.command("virsh", "create", xml.toString()).output();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Their traffic, which passes their bridge alone. */
    Stream stream(int rate) {
        return Stream.answered(left, right, 7100, rate);
    }

    /** Settings, ports and rules, without counters. */
    String state() {
        return vsctl(
                        "--columns=controller,fail_mode,protocols,datapath_type,external_ids,other_config,ports",
                        "list",
                        "Bridge",
                        BRIDGE)
                + vsctl("--columns=type,external_ids", "list", "Interface", PORT)
                + vsctl("port-to-br", PORT)
                + rules(BRIDGE)
                + rules(Platform.bridge())
                + ofctl("dump-groups", BRIDGE).replaceAll("xid=\\S+", "");
    }

    private String rules(String bridge) {
        return ofctl("dump-flows", "--no-stats", bridge)
                .lines()
                .filter(line -> line.contains("actions=") && !OURS.matcher(line).find())
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    /** Their domain's QEMU. */
    long qemu() {
        return host.qemu(DOMAIN);
    }

    /** Whether libvirt says of their domain that it runs. */
    boolean runs() {
        return host.command("virsh", "domstate", DOMAIN).run().out().startsWith("running");
    }

    private String vsctl(String... arguments) {
        return run("ovs-vsctl", arguments);
    }

    private String ofctl(String... arguments) {
        return run("ovs-ofctl", arguments);
    }

    private String run(String program, String... arguments) {
        String[] argv = new String[arguments.length + 1];
        argv[0] = program;
        System.arraycopy(arguments, 0, argv, 1, arguments.length);
        return host.command(argv).within(BOUND).output();
    }

    @Override
    public void close() {
        host.command("virsh", "destroy", DOMAIN).run();
        vsctl("--if-exists", "del-port", PORT, "--", "--if-exists", "del-br", BRIDGE);
        left.remove();
        right.remove();
    }
}
