package org.flowstream.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.flowstream.daemon.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowstream daemon stop}: ends the daemon and leaves machines and rules as they are. */
@Command(
        name = "stop",
        description = "Ends the daemon. Machines and rules stay as they are: traffic goes on.",
        footer = {"", "Example:", "  flowstream daemon stop"})
final class DaemonStop extends LocalCommand {
    @Mixin
    private SettingsOptions options;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long to wait for its end (default: ${DEFAULT-VALUE}).")
    private int timeout;

    @Override
    public Integer call() throws InterruptedException {
        Settings settings = options.settings();
        Optional<ProcessHandle> running = settings.process();
        if (running.isEmpty()) {
            out().println("The daemon does not run.");
            return 0;
        }
        ProcessHandle process = running.get();
        long begin = System.nanoTime();
        if (!process.destroy()) {
            throw new CommandFailure("may not end process " + process.pid(), "run as root");
        }
        try {
            process.onExit().get(timeout, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new CommandFailure(
                    "process " + process.pid() + " has not ended after " + timeout + " s",
                    "its log: " + settings.daemonLog());
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot wait for process " + process.pid(), e);
        }
        out().println("The daemon ended after " + Quantities.took(Duration.ofNanos(System.nanoTime() - begin))
                + ". Machines and rules stay.");
        return 0;
    }
}
