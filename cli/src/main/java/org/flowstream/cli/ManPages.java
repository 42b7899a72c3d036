package org.flowstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Parameters;

/** {@code flowstream man}: one manual page for each command, made from its help page. */
@Command(
        name = ManPages.NAME,
        description = "Writes the manual pages of all commands into a folder.",
        footer = {"", "Example:", "  flowstream man /usr/local/share/man/man1"})
final class ManPages extends LocalCommand {
    static final String NAME = "man";

    @Parameters(paramLabel = "FOLDER", description = "Where the pages go; it is made when it is not there.")
    private Path folder;

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(folder);
        int pages = write(spec().root().commandLine());
        terminal().err().println(Quantities.counted(pages, "page") + " in " + folder);
        return 0;
    }

    private int write(CommandLine line) throws IOException {
        String name = line.getCommandSpec().qualifiedName("-");
        Files.writeString(folder.resolve(name + ".1"), page(name, line), UTF_8);
        int pages = 1;
        for (CommandLine command : line.getSubcommands().values()) {
            pages += write(command);
        }
        return pages;
    }

    /** A page of man(7): the name with its first line of description, then the help page as it stands. */
    private static String page(String name, CommandLine line) {
        String[] description = line.getCommandSpec().usageMessage().description();
        String summary = description.length == 0 ? name : description[0];
        return ".TH " + escape(name.toUpperCase(java.util.Locale.ROOT))
                + " 1 \"\" \"Flowstream\" \"Flowstream manual\"\n"
                + ".SH NAME\n" + escape(name) + " \\- " + escape(summary) + "\n"
                + ".SH DESCRIPTION\n.nf\n"
                + escape(line.getUsageMessage(Ansi.OFF)).stripTrailing() + "\n.fi\n";
    }

    /** Text in which roff sees no requests: a line may not begin with a dot or a quote. */
    private static String escape(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-").replaceAll("(?m)^([.'])", "\\\\&$1");
    }
}
