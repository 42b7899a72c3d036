package org.flowstream.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.flowstream.daemon.Daemon;
import org.flowstream.daemon.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowstream daemon start}: starts the daemon in a session of its own and waits until it answers. */
@Command(
        name = "start",
        description = "Starts the daemon, and returns when it answers.",
        footer = {"", "Machines that run already are adopted as they are.", "", "Example:", "  flowstream daemon start"
        })
final class DaemonStart extends LocalCommand {
    private static final Duration GLANCE = Duration.ofMillis(20);

    @Mixin
    private SettingsOptions options;

    @Option(names = "--foreground", description = "Stay, and log to the standard error output.")
    private boolean foreground;

    @Option(
            names = "--group",
            paramLabel = "GROUP",
            defaultValue = "",
            description = "A group whose members may use the daemon (default: root alone).")
    private String group = "";

    @Option(
            names = "--metrics",
            paramLabel = "ADDRESS:PORT",
            defaultValue = "",
            description = "Also show figures to a monitoring system at this TCP address, to be read alone%n"
                    + "(default: at no port; a PORT alone is one of 127.0.0.1).")
    private String metrics = "";

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long to wait for its answer (default: ${DEFAULT-VALUE}).")
    private int timeout;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Settings settings = options.settings(group, metrics);
        Optional<ProcessHandle> running = settings.process();
        if (running.isPresent() && answers(settings)) {
            out().println("The daemon runs already, process " + running.get().pid() + ".");
            return 0;
        }
        if (foreground) {
            Daemon.run(settings);
            return 0;
        }
        long begin = System.nanoTime();
        long size = prepareLog(settings);
        Process process = start(settings);
        try (Progress progress = Progress.on(terminal())) {
            progress.begin("daemon", "starting, process " + process.pid());
            await(settings, process, size);
        }
        out().println("The daemon answers after " + Quantities.took(Duration.ofNanos(System.nanoTime() - begin))
                + ", process " + process.pid() + ". Log: " + settings.daemonLog());
        return 0;
    }

    private static long prepareLog(Settings settings) {
        try {
            Files.createDirectories(settings.places().log());
            return Files.exists(settings.daemonLog()) ? Files.size(settings.daemonLog()) : 0;
        } catch (IOException e) {
            throw new CommandFailure(
                    "cannot write " + settings.daemonLog() + ": " + e.getMessage(),
                    "run as root, or name --log-folder");
        }
    }

    /** Its own session, so that the terminal's signals and its end do not reach it. */
    private Process start(Settings settings) throws IOException {
        List<String> command = new ArrayList<>(List.of("setsid"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                // The second compiler would take up to half a processor for minutes, from the packets that wait for us.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xms16m",
                "-Xmx256m",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-UsePerfData",
                "-Xshare:auto"));
        String classPath = System.getProperty("java.class.path");
        Path archive = Path.of(classPath).resolveSibling("flowstream.jsa");
        if (!classPath.contains(":") && Files.exists(archive)) {
            command.addAll(List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:disable"));
        }
        command.addAll(List.of("-cp", classPath, Daemon.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(settings.daemonLog().toFile()))
                .redirectErrorStream(true)
                .directory(Path.of("/").toFile());
        builder.environment().putAll(settings.environment());
        return builder.start();
    }

    private void await(Settings settings, Process process, long size) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeout);
        while (!answers(settings)) {
            if (process.waitFor(GLANCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new CommandFailure(
                        "the daemon ended at once: " + lastLine(settings, size), "its log: " + settings.daemonLog());
            }
            if (System.nanoTime() > deadline) {
                process.destroy();
                throw new CommandFailure(
                        "the daemon does not answer at " + settings.apiSocket() + " after " + timeout + " s",
                        "its log: " + settings.daemonLog());
            }
        }
    }

    /** The last line that the daemon itself wrote into its log. */
    private static String lastLine(Settings settings, long size) {
        try {
            byte[] log = Files.readAllBytes(settings.daemonLog());
            String own = new String(
                    log,
                    (int) Math.min(size, log.length),
                    (int) (log.length - Math.min(size, log.length)),
                    java.nio.charset.StandardCharsets.UTF_8);
            return own.lines()
                    .filter(line -> !line.isBlank())
                    .reduce((first, second) -> second)
                    .orElse("it said nothing");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean answers(Settings settings) {
        try {
            new ApiClient(settings.apiSocket()).get("/v1/status");
            return true;
        } catch (CommandFailure e) {
            return false;
        }
    }
}
