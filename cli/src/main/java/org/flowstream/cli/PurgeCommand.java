package org.flowstream.cli;

import java.util.Optional;
import org.flowstream.daemon.Purge;
import org.flowstream.daemon.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowstream purge}: removes everything of ours from this host, by the tags alone. */
@Command(
        name = "purge",
        description = "Removes every machine, rule, group, port, tap and bridge of ours from this host, by its tag.",
        footer = {
            "",
            "It needs no daemon, and refuses while one runs, which would bring back what is declared. Nothing without a",
            "tag of ours is touched, nor what belongs to another daemon that runs. The store and the images stay.",
            "",
            "Example:",
            "  flowstream purge --dry-run"
        })
final class PurgeCommand extends LocalCommand {
    @Mixin
    private SettingsOptions options;

    @Option(names = "--dry-run", description = "Only say what there is.")
    private boolean dryRun;

    @Override
    public Integer call() {
        Settings settings = options.settings();
        Optional<ProcessHandle> daemon = settings.process();
        if (daemon.isPresent() && !dryRun) {
            throw new CommandFailure(
                    "the daemon runs, process " + daemon.get().pid() + "; it would bring back what is declared",
                    "flowstream daemon stop");
        }
        Purge.Outcome outcome = Purge.run(settings, dryRun);
        outcome.found().forEach(line -> out().println(" - " + line));
        outcome.left()
                .forEach(folder -> out().println(" · left what belongs to the daemon of " + folder + ", which runs"));
        outcome.failures().forEach(line -> terminal().err().println(" ✗ " + line));
        String count = Quantities.counted(outcome.found().size(), "thing");
        out().println(
                        outcome.found().isEmpty()
                                ? "Nothing of ours is here."
                                : dryRun ? count + " of ours." : count + " removed.");
        return outcome.failures().isEmpty() ? 0 : 1;
    }
}
