package org.flowstream.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Open vSwitch of a test class's own: a real ovsdb-server and ovs-vswitchd with sockets, database and logs in a folder
 * that goes with them. Its datapath is the dummy one, so it needs no privilege and touches no interface of the host;
 * everything above the datapath is what runs in earnest.
 *
 * <pre>{@code @RegisterExtension static final PrivateSwitch OVS = new PrivateSwitch();}</pre>
 */
public final class PrivateSwitch implements BeforeAllCallback, AfterAllCallback {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final Path SCHEMA = Path.of("/usr/share/openvswitch/vswitch.ovsschema");

    /** Of the daemon and its ports; empty with the dummy datapath. */
    private final Optional<String> namespace;

    private @Nullable Path folder;
    private @Nullable Process database;
    private @Nullable Process daemon;

    public PrivateSwitch() {
        this(Optional.empty());
    }

    private PrivateSwitch(Optional<String> namespace) {
        this.namespace = namespace;
    }

    /** The same on the datapath in user space, with interfaces of a network namespace of its own. Root's alone. */
    public static PrivateSwitch withInterfaces() {
        return new PrivateSwitch(
                Optional.of("flowstream-" + ProcessHandle.current().pid()));
    }

    /** A command line that runs in the switch's network namespace, as the same process. */
    public List<String> within(String... line) {
        List<String> whole = new ArrayList<>();
        namespace.ifPresent(name -> whole.addAll(List.of("ip", "netns", "exec", name)));
        whole.addAll(List.of(line));
        return whole;
    }

    /** Runs a command in the switch's network namespace; answers what it printed. */
    public String runWithin(String... line) {
        return run(within(line).toArray(String[]::new));
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        boolean installed = Files.exists(SCHEMA) && Files.exists(Path.of("/usr/sbin/ovs-vswitchd"));
        if (!installed) {
            System.err.println("skipped " + context.getDisplayName() + ": Open vSwitch is not installed");
        }
        assumeTrue(installed, "Open vSwitch is not installed (Debian: openvswitch-switch)");
        boolean mayMakeTaps = namespace.isEmpty() || Files.isWritable(Path.of("/dev/net/tun"));
        if (!mayMakeTaps) {
            System.err.println("skipped " + context.getDisplayName() + ": /dev/net/tun is not ours to open");
        }
        assumeTrue(mayMakeTaps, "no right to make taps (run as root)");
        try {
            folder = Files.createTempDirectory("flowstream-ovs-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        namespace.ifPresent(name -> run("ip", "netns", "add", name));
        run("ovsdb-tool", "create", folder().resolve("conf.db").toString(), SCHEMA.toString());
        startDatabase();
        vsctl("--no-wait", "init");
        startDaemon();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        stopDaemon();
        stopDatabase();
        Path old = folder;
        if (old != null) {
            namespace.ifPresent(name -> run("ip", "netns", "delete", name));
            try (Stream<Path> files = Files.walk(old)) {
                for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    /** Where the sockets, the database and the logs are. */
    public Path folder() {
        Path known = folder;
        if (known == null) {
            throw new IllegalStateException("the switch has not been started");
        }
        return known;
    }

    /** The database's socket. */
    public Path databaseSocket() {
        return folder().resolve("db.sock");
    }

    /** A bridge's management socket. */
    public Path management(String bridge) {
        return folder().resolve(bridge + ".mgmt");
    }

    public void startDatabase() {
        database = start(
                "ovsdb-server",
                folder().resolve("conf.db").toString(),
                "--remote=punix:" + databaseSocket(),
                "--unixctl=" + folder().resolve("ovsdb.ctl"),
                "--log-file=" + folder().resolve("ovsdb.log"));
        Awaitility.await("database socket").atMost(BOUND).until(() -> Files.exists(databaseSocket()));
    }

    public void startDaemon() {
        daemon = start(within(
                        "ovs-vswitchd",
                        "unix:" + databaseSocket(),
                        namespace.isPresent() ? "--enable-dummy" : "--enable-dummy=override",
                        "--disable-system",
                        "--unixctl=" + folder().resolve("vswitchd.ctl"),
                        "--log-file=" + folder().resolve("vswitchd.log"))
                .toArray(String[]::new));
        Awaitility.await("ovs-vswitchd's control socket")
                .atMost(BOUND)
                .until(() -> Files.exists(folder().resolve("vswitchd.ctl")) && appctlAnswers());
    }

    /** Ends ovs-vswitchd as a crash does. */
    public void stopDaemon() {
        end(daemon);
        daemon = null;
        delete("vswitchd.ctl");
    }

    /** Ends ovsdb-server as a crash does. */
    public void stopDatabase() {
        end(database);
        database = null;
        delete("ovsdb.ctl");
        delete("db.sock");
    }

    public String vsctl(String... arguments) {
        return tool("ovs-vsctl", List.of("--timeout=20", "--db=unix:" + databaseSocket()), arguments);
    }

    /** ovs-ofctl on a bridge, in OpenFlow 1.3. */
    public String ofctl(String command, String bridge, String... arguments) {
        List<String> all = new ArrayList<>(List.of("unix:" + management(bridge)));
        all.addAll(List.of(arguments));
        return tool("ovs-ofctl", List.of("-O", "OpenFlow13", command), all.toArray(String[]::new));
    }

    public String appctl(String... arguments) {
        return tool("ovs-appctl", List.of("-t", folder().resolve("vswitchd.ctl").toString()), arguments);
    }

    /** Lets a frame come in by a port. */
    public void receive(String port, String hex) {
        appctl("netdev-dummy/receive", port, hex);
    }

    /** Makes a port's link go up or down. */
    public void setLink(String port, boolean up) {
        appctl("netdev-dummy/set-admin-state", port, up ? "up" : "down");
    }

    /** A port's frames sent, as its own counter says. */
    public long sent(String port) {
        return Long.parseLong(
                vsctl("get", "interface", port, "statistics:tx_packets").trim());
    }

    /** The last line of ofproto/trace, with names of ports: {@code Datapath actions: …}. */
    public String trace(String bridge, String packet) {
        return appctl("ofproto/trace", "--names", bridge, packet).lines().reduce("", (before, line) -> line);
    }

    private boolean appctlAnswers() {
        try {
            appctl("version");
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private String tool(String program, List<String> first, String... rest) {
        List<String> line = new ArrayList<>(List.of(program));
        line.addAll(first);
        line.addAll(List.of(rest));
        return run(line.toArray(String[]::new));
    }

    private String run(String... line) {
        try {
            Process process = builder(line).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("no end within " + BOUND + ": " + String.join(" ", line));
            }
            if (process.exitValue() != 0) {
                throw new IllegalStateException(String.join(" ", line) + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Process start(String... line) {
        try {
            Process process = builder(line)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            // For a test run that is ended from outside.
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ProcessBuilder builder(String... line) {
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put("OVS_RUNDIR", folder().toString());
        builder.environment().put("OVS_LOGDIR", folder().toString());
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        return builder;
    }

    private static void end(@Nullable Process process) {
        if (process == null) {
            return;
        }
        process.destroyForcibly();
        Optional<ProcessHandle> handle = Optional.of(process.toHandle());
        Awaitility.await("end of " + process.pid())
                .atMost(BOUND)
                .until(() -> handle.map(each -> !each.isAlive()).orElse(true));
    }

    private void delete(String name) {
        if (folder != null) {
            try {
                Files.deleteIfExists(folder().resolve(name));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
