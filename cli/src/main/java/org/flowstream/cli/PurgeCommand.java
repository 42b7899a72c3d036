package org.flowstream.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.flowstream.daemon.Purge;
import org.flowstream.daemon.Settings;
import org.flowstream.model.Installation;
import org.flowstream.store.Store;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowstream purge}: removes everything of an installation from this host, by the tags alone. */
@Command(
        name = "purge",
        description = "Removes every machine, rule, group, port, tap and bridge of ours from this host, by its tag.",
        footer = {
            "",
            "It needs no daemon, and refuses while one runs, which would bring back what is declared. Nothing without a",
            "tag of ours is touched. Things are an installation's, which is named by its state folder: this one's go, or",
            "those of another one, or of all whose daemons do not run. The store and the images stay.",
            "",
            "Example:",
            "  flowstream purge --dry-run",
            "  flowstream purge --installation /var/lib/flowstream"
        })
final class PurgeCommand extends LocalCommand {
    @Mixin
    private SettingsOptions options;

    @ArgGroup
    private @Nullable Scope scope;

    /** Whose things. */
    static final class Scope {
        @Option(
                names = "--installation",
                paramLabel = "FOLDER",
                description = "What the daemon of this state folder made (default: --state-folder).")
        private @Nullable Path installation;

        @Option(names = "--all", description = "What any daemon made that does not run.")
        private boolean all;
    }

    @Option(names = "--dry-run", description = "Only say what there is.")
    private boolean dryRun;

    private Optional<Installation> only(Settings settings) {
        if (scope != null && scope.all) {
            return Optional.empty();
        }
        return Optional.of(
                scope != null && scope.installation != null
                        ? new Installation(
                                scope.installation.toAbsolutePath().normalize().toString())
                        : settings.places().installation());
    }

    @Override
    public Integer call() {
        Settings settings = options.settings();
        Optional<Installation> only = only(settings);
        if (only.filter(meant -> Store.isInUse(Path.of(meant.stateFolder()))).isPresent() && !dryRun) {
            throw new CommandFailure(
                    "the daemon of " + only.get() + " runs; it would bring back what is declared",
                    "flowstream daemon stop");
        }
        Purge.Outcome outcome = Purge.run(settings, only, dryRun);
        outcome.found().forEach(line -> out().println(" - " + line));
        outcome.left()
                .forEach(folder -> out().println(" · left what belongs to the daemon of " + folder + ", which runs"));
        outcome.outside()
                .forEach(folder -> out().println(" · left what belongs to the installation of " + folder
                        + ": flowstream purge --installation " + folder));
        outcome.failures().forEach(line -> terminal().err().println(" ✗ " + line));
        String count = Quantities.counted(outcome.found().size(), "thing");
        out().println(
                        outcome.found().isEmpty()
                                ? "Nothing of ours is here."
                                : dryRun ? count + " of ours." : count + " removed.");
        return outcome.failures().isEmpty() ? 0 : 1;
    }
}
