package org.flowstream.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.flowstream.image.Guest;
import org.flowstream.image.Image;
import org.flowstream.image.ImageException;
import org.flowstream.image.ImageFile;
import org.flowstream.image.ImageStore;
import org.flowstream.image.Manifest;
import org.flowstream.model.Durations;
import org.flowstream.template.TemplateSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flowstream image inspect}: what an image says of itself, once its digest is verified. */
@Command(
        name = "inspect",
        description = "Verifies an image's digest and shows its manifest.",
        footer = {"", "It exits with 1 when the file was changed.", "", "Example:", "  flowstream image inspect fw.elf"
        })
final class ImageInspect extends LocalCommand {
    @Parameters(paramLabel = "FILE.elf|DIGEST", description = "An image, or the name of one that the daemon has.")
    private String text;

    @Option(
            names = "--state-folder",
            paramLabel = "FOLDER",
            description = "Where the daemon keeps images (default: $$FLOWSTREAM_STATE, else /var/lib/flowstream).")
    private @Nullable Path state;

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() throws JsonProcessingException {
        Image image = image();
        if (output.json()) {
            ObjectNode node = new ObjectMapper()
                    .createObjectNode()
                    .put("digest", image.digest().toString())
                    .put("verified", true)
                    .put("size", image.size());
            node.set("manifest", new ObjectMapper().readTree(image.manifest().toJson()));
            out().println(node.toPrettyString());
        } else {
            out().print(text(image));
        }
        return 0;
    }

    private Image image() {
        try {
            return TemplateSource.DIGEST.matcher(text).matches()
                    ? stored((TemplateSource.Digest) TemplateArgument.source(text))
                    : ImageFile.read(Path.of(text));
        } catch (ImageException e) {
            throw new CommandFailure(e.getMessage());
        }
    }

    private Image stored(TemplateSource.Digest digest) {
        Path folder = state == null
                ? Path.of(System.getenv().getOrDefault("FLOWSTREAM_STATE", "/var/lib/flowstream"))
                : state;
        ImageStore store = new ImageStore(folder.resolve("images"));
        return store.get(store.find(digest.hex()));
    }

    private static String text(Image image) {
        Manifest manifest = image.manifest();
        Table about = new Table("", "");
        about.row("template", manifest.template() + " " + manifest.version());
        about.row("digest", image.digest() + "  (verified)");
        about.row("size", Quantities.size(image.size()));
        about.row("memory", Quantities.size(manifest.memory()));
        about.row("effects", String.join(", ", manifest.effects()));
        about.row(
                "ready when",
                manifest.health().ready().stream().map(Object::toString).collect(Collectors.joining(", "))
                        + "; heartbeat every "
                        + Durations.text(manifest.health().heartbeat()));
        if (manifest.guest() instanceof Guest.Program program) {
            about.row("program", String.join(" ", program.argv()) + "  (unverified)");
        } else if (manifest.guest() instanceof Guest.Kernel kernel) {
            about.row("kernel", kernel.kernel() + "  (unverified)");
            kernel.initrd().ifPresent(initrd -> about.row("initrd", initrd.toString()));
            about.row("cmdline", kernel.commandLine());
        } else if (manifest.guest() instanceof Guest.Disk disk) {
            about.row("disk", disk.disk() + "  (unverified)");
        } else {
            about.row("runtime", "sha256:" + manifest.runtime());
        }
        about.row("built by", manifest.builtBy());
        for (Manifest.Device device : manifest.devices()) {
            about.row("device", device.name() + "  (" + String.join(" ", device.click()) + "; " + device.mode() + ")");
        }
        manifest.parameterTexts().forEach((name, value) -> about.row("parameter", name + " = " + value));
        Table elements = new Table("ELEMENT", "CLASS", "WHERE", "RULES");
        for (Manifest.Element element : manifest.elements()) {
            elements.row(
                    element.name(),
                    element.className(),
                    element.file() + ":" + element.line(),
                    element.rules().isEmpty() ? "-" : String.join(", ", element.rules()));
        }
        return about.render() + (manifest.elements().isEmpty() ? "" : "\n" + elements.render());
    }
}
