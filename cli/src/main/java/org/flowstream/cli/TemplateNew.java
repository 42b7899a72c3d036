package org.flowstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import org.flowstream.problem.Suggestion;
import org.flowstream.process.Folders;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateFiles;
import org.flowstream.template.TemplateSchema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flowstream template new}: a folder to begin with. */
@Command(
        name = "new",
        description = "Makes a folder with a template of your own, begun from one that comes with the program.",
        footer = {"", "Example:", "  flowstream template new my-firewall --from firewall"})
final class TemplateNew extends LocalCommand {
    private static final String SCHEMA = "template.schema.json";

    @Parameters(paramLabel = "FOLDER", description = "The folder to make; its name becomes the template's.")
    private Path folder;

    @Option(
            names = "--from",
            paramLabel = "NAME",
            defaultValue = "wire",
            description = "The template to begin from (default: ${DEFAULT-VALUE}).")
    private String from = "wire";

    @Override
    public Integer call() throws IOException {
        List<String> stock = TemplateFiles.Stock.names();
        if (!stock.contains(from)) {
            String hint = Suggestion.hint(from, stock);
            throw CommandFailure.usage("there is no template '" + from + "' to begin from ("
                    + (hint.isEmpty() ? "there are " + String.join(", ", stock) : hint) + ")");
        }
        Path target = folder.toAbsolutePath().normalize();
        String name = String.valueOf(target.getFileName());
        if (!name.matches("[a-z][a-z0-9-]{0,30}")) {
            throw CommandFailure.usage(
                    "'" + name + "' cannot be a template's name: expected lower-case letters, digits "
                            + "and hyphens, beginning with a letter, 31 at most");
        }
        if (Files.exists(target)) {
            throw new CommandFailure(folder + " is there already");
        }
        Path parent = Objects.requireNonNull(target.getParent(), "a folder stands in a folder");
        if (!Files.isDirectory(parent)) {
            throw new CommandFailure("there is no folder " + parent);
        }
        make(target, parent, name);
        out().println(folder + " is made from " + from + ". Its configuration and its tests are yours to change.");
        out().println("Check it: flowstream template validate " + path() + "   Test it: flowstream template test "
                + path());
        return 0;
    }

    /** The folder as an argument that is a folder's for sure. */
    private String path() {
        return folder.getNameCount() == 1 && !folder.isAbsolute() ? "./" + folder : folder.toString();
    }

    /** Makes the folder beside its place first, so that a half of it is never seen. */
    private void make(Path target, Path parent, String name) throws IOException {
        Path unfinished = Files.createTempDirectory(parent, "." + name);
        try {
            TemplateFiles files = new TemplateFiles.Stock(from);
            for (String path : files.list()) {
                byte[] bytes = files.bytes(path).orElseThrow();
                Path file = unfinished.resolve(path);
                Files.createDirectories(Objects.requireNonNull(file.getParent(), "a file stands in a folder"));
                Files.write(file, path.equals(Template.FILE) ? renamed(bytes, name) : bytes);
            }
            Files.writeString(unfinished.resolve(SCHEMA), TemplateSchema.text());
            Files.setPosixFilePermissions(
                    unfinished, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailure(folder + " is there already");
        } finally {
            Folders.remove(unfinished);
        }
    }

    private byte[] renamed(byte[] json, String name) {
        return new String(json, UTF_8)
                .replaceFirst("\"\\$schema\": *\"[^\"]*\"", "\"\\$schema\": \"" + SCHEMA + "\"")
                .replaceFirst("\"name\": *\"" + from + "\"", "\"name\": \"" + name + "\"")
                .getBytes(UTF_8);
    }
}
