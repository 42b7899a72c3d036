package org.flowstream.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that asks the daemon. */
abstract non-sealed class DaemonCommand extends BaseCommand {
    private static final String DEFAULT_RUN_FOLDER = "/run/flowstream";

    @Option(
            names = "--run-folder",
            paramLabel = "FOLDER",
            description = "Where the daemon's socket is (default: $FLOWSTREAM_RUN, else " + DEFAULT_RUN_FOLDER + ").")
    private @Nullable Path runFolder;

    /** A connection to the daemon, made at its first request. */
    final ApiClient client() {
        return new ApiClient(runFolder().resolve("api.sock"));
    }

    final Path runFolder() {
        return Optional.ofNullable(runFolder)
                .orElseGet(() -> Path.of(System.getenv().getOrDefault("FLOWSTREAM_RUN", DEFAULT_RUN_FOLDER)));
    }

    @Override
    public String needs() {
        return "This command needs the daemon: flowstream daemon start.";
    }
}
