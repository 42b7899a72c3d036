package org.flowstream.cli;

import java.nio.file.Path;
import org.flowstream.store.StoreBackup;
import org.flowstream.store.StoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flowstream store backup}: copies the store to a file, whether a daemon works on it or not. */
@Command(
        name = "backup",
        description = "Copies the store, as it is at one moment, to a file; a daemon may go on working meanwhile.",
        footer = {
            "",
            "Images are files of their own, in the folder images beside the store: to move to another host copy that too.",
            "",
            "Example:",
            "  flowstream store backup /root/flowstream.backup"
        })
final class StoreBackupCommand extends LocalCommand {
    @Parameters(paramLabel = "FILE", description = "The copy; it must not be there yet.")
    private Path file;

    @Mixin
    private SettingsOptions options;

    @Override
    public Integer call() {
        try {
            StoreBackup.Summary copy =
                    StoreBackup.backUp(options.settings().places().state(), file.toAbsolutePath());
            out().println(file + " holds " + contents(copy) + ".");
            return 0;
        } catch (StoreException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e.cure());
        }
    }

    static String contents(StoreBackup.Summary copy) {
        return Quantities.counted(copy.chains(), "chain") + " and " + Quantities.counted(copy.ports(), "port")
                + ", version " + copy.version();
    }
}
