package org.flowstream.cli;

import java.util.Optional;
import org.flowstream.image.ImageCompiler;
import org.flowstream.problem.BadValueException;
import org.flowstream.problem.Problems;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateFiles;
import org.flowstream.template.TemplateLoader;
import org.flowstream.template.TemplateSource;
import picocli.CommandLine.Parameters;

/** The argument of commands that work on a template: a stock one, a folder, or a bare configuration. */
final class TemplateArgument {
    @Parameters(
            index = "0",
            paramLabel = "TEMPLATE|FOLDER|FILE.click",
            description = "A template that comes with the program, a folder with one, or a Click configuration alone.")
    private String text;

    String text() {
        return text;
    }

    /**
     * The template. What is wrong with it is added to the problems; what comes out all the same serves to check its
     * configuration too.
     */
    Optional<Template> load(ImageCompiler compiler, Problems problems) {
        return load(source(text), compiler, problems)
                .orElseThrow(() -> CommandFailure.usage("'" + text + "' is an image, not a template"));
    }

    /** The template of a source, if it was read; empty for an image, which is none. */
    static Optional<Optional<Template>> load(TemplateSource source, ImageCompiler compiler, Problems problems) {
        if (source instanceof TemplateSource.Stock stock) {
            return Optional.of(TemplateLoader.load(new TemplateFiles.Stock(stock.name()), problems));
        }
        if (source instanceof TemplateSource.Folder folder) {
            return Optional.of(TemplateLoader.load(new TemplateFiles.Folder(folder.folder()), problems));
        }
        if (source instanceof TemplateSource.Configuration file) {
            return Optional.of(
                    TemplateLoader.configuration(file, problems).flatMap(it -> compiler.infer(it, problems)));
        }
        return Optional.empty();
    }

    /** What the text names; a text that names nothing is a failure that says so. */
    static TemplateSource source(String text) {
        try {
            return TemplateSource.parse(text);
        } catch (BadValueException e) {
            throw new CommandFailure(e.getMessage(), "flowstream template ls");
        }
    }
}
