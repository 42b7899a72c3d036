package org.flowstream.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.problem.Problems;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.ParameterValue;
import org.flowstream.template.Template;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowstream image build}: from a template to one bootable file. */
@Command(
        name = "build",
        description = "Builds an image from a template: one file that boots. The same input gives the same bytes.",
        footer = {
            "",
            "Example:",
            "  flowstream image build firewall -o fw.elf -p rules='allow tcp dst port 80' -p rules='deny all'"
        })
final class ImageBuild extends LocalCommand {
    @Mixin
    private TemplateArgument source;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Where to put it (default: the template's name and .elf, here).")
    private @Nullable Path file;

    @Mixin
    private ParameterOptions parameters;

    @Mixin
    private OutputOption output;

    @Override
    public Integer call() {
        Problems problems = new Problems();
        ImageCompiler compiler = ImageCompiler.ofProgram();
        Optional<Template> loaded = source.load(compiler, problems);
        var assignments = parameters.assignments(problems);
        if (loaded.isEmpty()) {
            problems.throwIfAny();
        }
        Template template = loaded.orElseThrow();
        Map<String, ParameterValue> values = ParameterBinder.bind(template, assignments, problems);
        long begin = System.nanoTime();
        Image image = compiler.build(template, values, problems);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        Path target =
                file == null ? Path.of(template.name() + (template.guest().isForeign() ? ".image" : ".elf")) : file;
        write(image, target);
        if (output.json()) {
            out().println(json(image, target, took).toPrettyString());
        } else {
            out().println(target + "  " + image.digest().abbreviated() + "…  " + Quantities.size(image.size()) + "  "
                    + template.nameAndVersion() + ", built in " + Quantities.took(took));
            out().println("Inspect it: flowstream image inspect " + target + "   Run it: flowstream run " + target
                    + " --name NAME --between A:B");
        }
        return 0;
    }

    private static void write(Image image, Path target) {
        if (Files.isDirectory(target)) {
            throw CommandFailure.usage(target + " is a folder; -o takes a file");
        }
        try {
            image.writeTo(target);
        } catch (IOException e) {
            Path folder = target.toAbsolutePath().getParent();
            throw new CommandFailure(
                    folder != null && !Files.isDirectory(folder)
                            ? "there is no folder " + folder
                            : "cannot write " + target + ": " + e.getMessage());
        }
    }

    private static ObjectNode json(Image image, Path target, Duration took) {
        return new ObjectMapper()
                .createObjectNode()
                .put("file", target.toString())
                .put("digest", image.digest().toString())
                .put("size", image.size())
                .put("template", image.manifest().template())
                .put("version", image.manifest().version())
                .put("buildMillis", took.toNanos() / 1e6);
    }
}
