package org.flowstream.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The list of all commands, in the order in which the help shows them. */
final class Commands {
    /** The key of the help section that says what a command needs. */
    private static final String NEEDS = "needs";

    private Commands() {}

    static void addTo(CommandLine root) {
        root.addSubcommand(new DaemonCommands())
                .addSubcommand(new StatusCommand())
                .addSubcommand(new PurgeCommand())
                .addSubcommand(new RunCommand())
                .addSubcommand(new ApplyCommand())
                .addSubcommand(new PlanCommand())
                .addSubcommand(new ConfirmCommand())
                .addSubcommand(new ChainCommands())
                .addSubcommand(new UpgradeCommand())
                .addSubcommand(new ExportCommand())
                .addSubcommand(new PsCommand())
                .addSubcommand(new TopCommand())
                .addSubcommand(new InspectCommand())
                .addSubcommand(new LogsCommand())
                .addSubcommand(new ConsoleCommand())
                .addSubcommand(new StopCommand())
                .addSubcommand(new StartCommand())
                .addSubcommand(new RestartCommand())
                .addSubcommand(new RmCommand())
                .addSubcommand(new HandlerCommands())
                .addSubcommand(new DropsCommand())
                .addSubcommand(new TraceCommand())
                .addSubcommand(new CaptureCommand())
                .addSubcommand(new EventsCommand())
                .addSubcommand(new OperationCommands())
                .addSubcommand(new MetricsCommand())
                .addSubcommand(new PortCommands())
                .addSubcommand(new PoolCommands())
                .addSubcommand(new StoreCommands())
                .addSubcommand(new TemplateCommands())
                .addSubcommand(new ImageCommands())
                .addSubcommand(new ClickCommand())
                .addSubcommand(new DoctorCommand())
                .addSubcommand(new Completion())
                .addSubcommand(new ManPages());
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
