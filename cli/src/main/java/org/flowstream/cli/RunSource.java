package org.flowstream.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import org.flowstream.document.BuiltImage;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.image.ImageException;
import org.flowstream.image.ImageFile;
import org.flowstream.model.TemplateOrigin;
import org.flowstream.problem.Problems;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.ParameterValue;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateSource;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What {@code run} is given: a template, which is built here, or an image. */
final class RunSource {
    @Parameters(
            index = "0",
            paramLabel = "TEMPLATE|FOLDER|FILE.click|FILE.elf|DIGEST",
            description = "A template that comes with the program, a folder with one, a Click configuration alone,"
                    + " a built image, or the digest of one in the store.")
    private String text;

    @Mixin
    private ParameterOptions parameters;

    /**
     * An image, and how it came to be.
     *
     * @param source what a middlebox of it is made from
     * @param summary the template in words
     * @param read how long reading the template took
     * @param made how long compiling and building took
     */
    record Built(Image image, BuiltImage source, String summary, Duration read, Duration made) {}

    Built build(ApiClient client) {
        TemplateSource source = TemplateArgument.source(text);
        long begin = System.nanoTime();
        Problems problems = new Problems();
        if (source instanceof TemplateSource.ImageAt || source instanceof TemplateSource.Digest) {
            return built(source, client);
        }
        ImageCompiler compiler = ImageCompiler.ofProgram();
        Optional<Template> loaded =
                TemplateArgument.load(source, compiler, problems).orElseThrow();
        var assignments = parameters.assignments(problems);
        if (loaded.isEmpty()) {
            problems.throwIfAny();
        }
        Template template = loaded.orElseThrow();
        SortedMap<String, ParameterValue> values = ParameterBinder.bind(template, assignments, problems);
        long read = System.nanoTime();
        Image image = compiler.build(template, values, problems);
        String summary = template.nameAndVersion()
                + (template.inferred() ? " (inferred)" : "")
                + (assignments.isEmpty() ? "" : ", " + Quantities.counted(assignments.size(), "parameter") + " set");
        TemplateOrigin origin = source instanceof TemplateSource.Stock ? TemplateOrigin.STOCK : TemplateOrigin.OTHER;
        BuiltImage from = new BuiltImage(image.digest(), image.manifest(), origin, Optional.of(template));
        return new Built(
                image, from, summary, Duration.ofNanos(read - begin), Duration.ofNanos(System.nanoTime() - read));
    }

    private Built built(TemplateSource source, ApiClient client) {
        Problems problems = new Problems();
        if (!parameters.assignments(problems).isEmpty() || !problems.isEmpty()) {
            throw CommandFailure.usage("an image is built already: it takes no parameters");
        }
        long begin = System.nanoTime();
        try {
            Image image = source instanceof TemplateSource.ImageAt file
                    ? ImageFile.read(file.file())
                    : ImageFile.parse(
                            client.bytes("/v1/images/" + ((TemplateSource.Digest) source).hex() + "/file"),
                            "image " + text);
            Duration read = Duration.ofNanos(System.nanoTime() - begin);
            return new Built(
                    image,
                    new BuiltImage(image.digest(), image.manifest(), TemplateOrigin.OTHER, Optional.empty()),
                    image.manifest().template() + " " + image.manifest().version() + ", built before",
                    read,
                    Duration.ZERO);
        } catch (ImageException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), "flowstream image build");
        }
    }
}
