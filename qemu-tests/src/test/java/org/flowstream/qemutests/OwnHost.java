package org.flowstream.qemutests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * libvirt and Open vSwitch of a test's own, to be killed: in a folder of theirs and a mount namespace, under a parent that
 * reaps what they leave behind, as init does. Machines they start are as everywhere. Our daemon's way to the own bridge
 * can be cut, and its wall clock set.
 */
final class OwnHost implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final String SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";

    private final Path folder;
    private final Process init;
    private final Host host;
    private final SocketProxy way;

    /** A daemon, and the socket at which it answers. */
    enum Part {
        OVSDB("ovsdb-server", "ovs/db.sock"),
        VSWITCHD("ovs-vswitchd", "ovs/ovs-vswitchd.ctl"),
        VIRTLOGD("virtlogd", "libvirt/virtlogd-sock"),
        LIBVIRTD("libvirtd", "libvirt/libvirt-sock");

        private final String program;
        private final String socket;

        Part(String program, String socket) {
            this.program = program;
            this.socket = socket;
        }

        @Override
        public String toString() {
            return program;
        }
    }

    private OwnHost(Path folder) throws IOException {
        this.folder = folder;
        for (String each : new String[] {"libvirt", "lib", "ovs", "pid", "way", "state"}) {
            Files.createDirectories(folder.resolve(each));
        }
        Path socket = folder.resolve("libvirt/libvirt-sock");
        // What our daemon keeps is on a disk of its own, which can be filled.
        Command.of("mount", "-t", "tmpfs", "-o", "size=16m,mode=755", "flowstream-test", state().toString())
                .output();
        Files.createSymbolicLink(folder.resolve("way/db.sock"), folder.resolve("ovs/db.sock"));
        Files.createSymbolicLink(folder.resolve("way/ovs-vswitchd.pid"), pidFile(Part.VSWITCHD));
        String bridge = Platform.bridge() + ".mgmt";
        this.way = new SocketProxy(
                folder.resolve("way").resolve(bridge), folder.resolve("ovs").resolve(bridge));
        Path clock = folder.resolve("clock.so");
        Command.of(
                        "gcc",
                        "-shared",
                        "-fPIC",
                        "-O2",
                        "-o",
                        clock.toString(),
                        Resources.path("clock.c").toString())
                .output();
        shiftClock(Duration.ZERO);
        String uri = "qemu+unix:///system?socket=" + socket;
        this.host = new Host(
                Map.of(
                        "LIBVIRT_DEFAULT_URI",
                        uri,
                        "OVS_RUNDIR",
                        folder.resolve("ovs").toString()),
                Map.of(
                        "FLOWSTREAM_LIBVIRT",
                        uri,
                        "FLOWSTREAM_OVSDB",
                        "unix:" + folder.resolve("way/db.sock"),
                        "FLOWSTREAM_STATE",
                        state().toString(),
                        "LD_PRELOAD",
                        clock.toString(),
                        "CLOCK_SHIFT",
                        shift().toString()),
                folder.resolve("libvirt"));
        ProcessBuilder builder = new ProcessBuilder(
                        "setsid",
                        "unshare",
                        "--mount",
                        "--propagation",
                        "private",
                        "tini",
                        "-s",
                        "--",
                        "bash",
                        Resources.path("own_host.sh").toString(),
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("init.log").toFile());
        builder.environment().put("OVS_RUNDIR", folder.resolve("ovs").toString());
        this.init = builder.start();
    }

    /** All of them, running. */
    static OwnHost start() {
        Path home = Strangers.newHome();
        Command.of("ovsdb-tool", "create", home.resolve("conf.db").toString(), SCHEMA)
                .output();
        try {
            OwnHost daemons = new OwnHost(home);
            daemons.start(Part.OVSDB);
            daemons.host.command("ovs-vsctl", "--no-wait", "init").output();
            daemons.start(Part.VSWITCHD);
            daemons.start(Part.VIRTLOGD);
            daemons.start(Part.LIBVIRTD);
            return daemons;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Host host() {
        return host;
    }

    Path folder() {
        return folder;
    }

    /** Starts one, and returns when it answers. */
    void start(Part part) {
        begin(part);
        Wait.until(part.program + " to answer", BOUND, () -> answers(part));
    }

    private void begin(Part part) {
        try {
            Files.deleteIfExists(pidFile(part));
            init.getOutputStream().write((part.program + "\n").getBytes(StandardCharsets.US_ASCII));
            init.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean answers(Part part) {
        if (!Files.exists(pidFile(part))) {
            return false;
        }
        if (part == Part.VSWITCHD) {
            return appctl("version").status() == 0;
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve(part.socket)))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Asks ovs-vswitchd. */
    Command.Result appctl(String... question) {
        List<String> argv = new ArrayList<>(
                List.of("ovs-appctl", "-t", folder.resolve(Part.VSWITCHD.socket).toString()));
        argv.addAll(List.of(question));
        return host.command(argv.toArray(String[]::new)).run();
    }

    private Path pidFile(Part part) {
        return folder.resolve("pid/" + part.program + ".pid");
    }

    /** Starts what an earlier test left dead. */
    void startMissing() {
        for (Part part : Part.values()) {
            if (!answers(part)) {
                start(part);
            }
        }
    }

    long number(Part part) {
        return Proc.number(pidFile(part));
    }

    void kill(Part part) {
        Proc.kill(number(part));
    }

    /** The way to the own bridge's controller socket, which can be cut. */
    SocketProxy way() {
        return way;
    }

    /** A disk of its own. */
    Path state() {
        return folder.resolve("state");
    }

    private Path shift() {
        return folder.resolve("clock.shift");
    }

    /** Sets the wall clock of our daemon so far ahead of the host's. */
    void shiftClock(Duration ahead) {
        ByteBuffer seconds = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        seconds.putLong(ahead.toSeconds()).flip();
        try (FileChannel file = FileChannel.open(shift(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(seconds, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a reboot takes: libvirt's knowledge of what ran. */
    void emptyRunFolders() {
        remove(folder.resolve("libvirt"), false);
        remove(folder.resolve("ovs"), false);
        remove(folder.resolve("pid"), false);
    }

    private static void remove(Path folder, boolean itself) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .filter(file -> itself || !file.equals(folder))
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            way.close();
            Command.of("umount", state().toString()).output();
            init.getOutputStream().close();
            if (!init.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("daemons of the test's own did not end within " + BOUND);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        remove(folder, true);
    }
}
