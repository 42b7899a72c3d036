package org.flowstream.cli;

/** A command that works in this process, on files alone. */
abstract non-sealed class LocalCommand extends BaseCommand {
    @Override
    public String needs() {
        return "This command is local: it needs no daemon.";
    }
}
