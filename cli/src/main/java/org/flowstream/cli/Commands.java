package org.flowstream.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The list of all commands, in the order in which the help shows them. */
final class Commands {
    /** The key of the help section that says what a command needs. */
    private static final String NEEDS = "needs";

    /** A command by its name, which the annotation of its class says too. */
    private record Entry(String name, Supplier<Object> command) {}

    private static final List<Entry> ALL = List.of(
            new Entry("daemon", DaemonCommands::new),
            new Entry("status", StatusCommand::new),
            new Entry("purge", PurgeCommand::new),
            new Entry("run", RunCommand::new),
            new Entry("apply", ApplyCommand::new),
            new Entry("plan", PlanCommand::new),
            new Entry("confirm", ConfirmCommand::new),
            new Entry("chain", ChainCommands::new),
            new Entry("reconfigure", ReconfigureCommand::new),
            new Entry("upgrade", UpgradeCommand::new),
            new Entry("export", ExportCommand::new),
            new Entry("ps", PsCommand::new),
            new Entry("top", TopCommand::new),
            new Entry("inspect", InspectCommand::new),
            new Entry("logs", LogsCommand::new),
            new Entry("console", ConsoleCommand::new),
            new Entry("stop", StopCommand::new),
            new Entry("start", StartCommand::new),
            new Entry("suspend", SuspendCommand::new),
            new Entry("resume", ResumeCommand::new),
            new Entry("restart", RestartCommand::new),
            new Entry("rm", RmCommand::new),
            new Entry("handler", HandlerCommands::new),
            new Entry("control", ControlServeCommand::new),
            new Entry("drops", DropsCommand::new),
            new Entry("trace", TraceCommand::new),
            new Entry("capture", CaptureCommand::new),
            new Entry("events", EventsCommand::new),
            new Entry("operation", OperationCommands::new),
            new Entry("metrics", MetricsCommand::new),
            new Entry("port", PortCommands::new),
            new Entry("pool", PoolCommands::new),
            new Entry("store", StoreCommands::new),
            new Entry("template", TemplateCommands::new),
            new Entry("image", ImageCommands::new),
            new Entry("click", ClickCommand::new),
            new Entry("doctor", DoctorCommand::new),
            new Entry(Completion.NAME, Completion::new),
            new Entry(ManPages.NAME, ManPages::new));

    private Commands() {}

    /**
     * Adds the command of a name alone, or all where there is none of this name: picocli takes a tenth of a second to read
     * all of them, which is most of what a short command takes.
     */
    static void addTo(CommandLine root, String name) {
        List<Entry> one = ALL.stream().filter(entry -> entry.name.equals(name)).toList();
        (one.isEmpty() ? ALL : one).forEach(entry -> root.addSubcommand(entry.name, entry.command.get()));
        sayNeeds(root);
    }

    /** Puts, on every help page, what the command needs before the footer with the example. */
    private static void sayNeeds(CommandLine line) {
        List<String> keys = new ArrayList<>(line.getHelpSectionKeys());
        // A command hands its keys down to its subcommands.
        if (!keys.contains(NEEDS)) {
            keys.add(keys.indexOf(UsageMessageSpec.SECTION_KEY_FOOTER_HEADING), NEEDS);
        }
        line.setHelpSectionKeys(keys);
        line.getHelpSectionMap().put(NEEDS, help -> {
            Object command = help.commandSpec().userObject();
            return command instanceof SaysNeeds known ? String.format("%n%s%n", known.needs()) : "";
        });
        line.getSubcommands().values().forEach(Commands::sayNeeds);
    }
}
