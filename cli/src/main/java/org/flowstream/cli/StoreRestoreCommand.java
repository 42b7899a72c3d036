package org.flowstream.cli;

import java.nio.file.Path;
import org.flowstream.store.StoreBackup;
import org.flowstream.store.StoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flowstream store restore}: puts a copy in the store's place while no daemon works on it. */
@Command(
        name = "restore",
        description = "Puts a copy in the place of the store. The daemon has to be stopped; machines and rules stay.",
        footer = {
            "",
            "What stood there is kept beside it as store.sqlite.replaced. The next daemon brings about what the copy",
            "declares: machines that it does not know are removed.",
            "",
            "Example:",
            "  flowstream daemon stop && flowstream store restore /root/flowstream.backup && flowstream daemon start"
        })
final class StoreRestoreCommand extends LocalCommand {
    @Parameters(paramLabel = "FILE", description = "What 'store backup' wrote.")
    private Path file;

    @Mixin
    private SettingsOptions options;

    @Override
    public Integer call() {
        Path state = options.settings().places().state();
        try {
            StoreBackup.Summary copy = StoreBackup.restore(state, file.toAbsolutePath());
            out().println("The store in " + state + " now holds " + StoreBackupCommand.contents(copy) + ".");
            return 0;
        } catch (StoreException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e.cure());
        }
    }
}
