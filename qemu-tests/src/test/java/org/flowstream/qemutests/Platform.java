package org.flowstream.qemutests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Flowstream as its user has it: the built `bin/flowstream`, and a daemon of the test's own with state, run and log
 * folders of its own. Between the daemons of two tests nothing is shared but libvirt and the switch.
 */
public final class Platform implements AutoCloseable {
    private static final Duration LONGEST_COMMAND = Duration.ofMinutes(2);

    private final Path home;
    private final Map<String, String> environment;
    private final Path program;

    private Platform(Path program, Path home, Map<String, String> more) {
        this.program = program;
        this.home = home;
        this.environment = new TreeMap<>(more);
        environment.putIfAbsent("FLOWSTREAM_STATE", home.resolve("state").toString());
        environment.put("FLOWSTREAM_RUN", home.resolve("run").toString());
        environment.put("FLOWSTREAM_LOG", home.resolve("log").toString());
        environment.putIfAbsent("FLOWSTREAM_BRIDGE", bridge());
    }

    /** The own bridge of the test's daemon. */
    static String bridge() {
        return "fstbr" + ProcessHandle.current().pid() % 100_000;
    }

    /** A platform whose daemon runs. */
    static Platform start() {
        return start(Map.of(), List.of());
    }

    /**
     * A platform whose daemon finds a host of another kind.
     *
     * @param more variables of its environment
     * @param within a program that starts the daemon, such as unshare, with its arguments
     */
    static Platform start(Map<String, String> more, List<String> within) {
        Platform platform = new Platform(program(), Strangers.newHome(), more);
        platform.startDaemon(within);
        return platform;
    }

    /** A platform of another version. */
    static Platform start(Path program, Map<String, String> more) {
        Platform platform = new Platform(program, Strangers.newHome(), more);
        platform.startDaemon(List.of());
        return platform;
    }

    private void startDaemon(List<String> within) {
        List<String> argv = new ArrayList<>(within);
        argv.addAll(List.of(program.toString(), "daemon", "start", "--timeout", "90"));
        Command.of(argv).with(environment).within(LONGEST_COMMAND).run().ok();
    }

    /** The same installation with the programs of this working tree. */
    Platform ofThisVersion() {
        return new Platform(program(), home, environment);
    }

    Path home() {
        return home;
    }

    /** Where the repository's built `bin/flowstream` is. */
    static Path program() {
        Path here = Path.of("").toAbsolutePath();
        Path root = Files.exists(here.resolve("bin/flowstream")) ? here : here.getParent();
        if (root == null || !Files.exists(root.resolve("bin/flowstream"))) {
            throw new AssertionError("no bin/flowstream above " + here);
        }
        return root.resolve("bin/flowstream");
    }

    Command command(String... arguments) {
        List<String> argv = new ArrayList<>(List.of(program.toString()));
        argv.addAll(Arrays.asList(arguments));
        return Command.of(argv).with(environment).within(LONGEST_COMMAND);
    }

    Command.Result flowstream(String... arguments) {
        return command(arguments).run();
    }

    /** The daemon's process, as its pid file names it. */
    ProcessHandle daemon() {
        try {
            String pid = Files.readString(home.resolve("run/daemon.pid")).trim();
            return ProcessHandle.of(Long.parseLong(pid))
                    .orElseThrow(() -> new AssertionError("no process " + pid + ", which daemon.pid names"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command that a running daemon was started by. */
    List<String> daemonCommand() {
        ProcessHandle.Info daemon = daemon().info();
        List<String> argv = new ArrayList<>(List.of("setsid", daemon.command().orElseThrow()));
        argv.addAll(Arrays.asList(daemon.arguments().orElseThrow()));
        return argv;
    }

    /** Starts a daemon that was killed by its own command: for tests that do so often, as `daemon start` takes longer. */
    void startDaemonBy(List<String> command) {
        Path log = home.resolve("log/daemon.log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.environment().putAll(environment);
            builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("the daemon did not start", e);
        }
    }

    /** What a failed test shows: the daemon's log and each guest's console. */
    String evidence() {
        StringBuilder text = new StringBuilder();
        Path logs = home.resolve("log");
        if (Files.isDirectory(logs)) {
            try (Stream<Path> files = Files.list(logs)) {
                files.sorted()
                        .forEach(file -> text.append("--- ")
                                .append(file)
                                .append(" (its end)\n")
                                .append(end(file))
                                .append('\n'));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return text.toString();
    }

    private static String end(Path file) {
        try {
            List<String> lines = Files.readAllLines(file, java.nio.charset.StandardCharsets.ISO_8859_1);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
        } catch (IOException e) {
            return "could not be read: " + e;
        }
    }

    /** What a reboot takes. */
    void emptyRunFolder() {
        try (Stream<Path> files = Files.walk(home.resolve("run"))) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes every middlebox, as a test that failed may have left one. */
    void removeAll() {
        flowstream("ps")
                .out()
                .lines()
                .skip(1)
                .map(line -> line.replaceFirst("\\s.*", ""))
                .forEach(name -> flowstream("rm", name));
    }

    /** Stops the daemon, takes away what is left of its installation, and the folders. */
    @Override
    public void close() {
        removeAll();
        flowstream("daemon", "stop");
        // A daemon that was kept from libvirt has nothing there to be removed.
        flowstream("purge");
        try (Stream<Path> files = Files.walk(home)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
