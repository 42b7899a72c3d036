package org.flowstream.template;

import java.util.Optional;
import org.flowstream.problem.BadValueException;
import org.flowstream.problem.Position;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;

/** Reads templates from where they are. */
public final class TemplateLoader {
    private TemplateLoader() {}

    /**
     * The template in the files. What is wrong with it is added to the problems; one that comes out all the same serves
     * to check its configuration too, and nothing else.
     */
    public static Optional<Template> load(TemplateFiles files, Problems problems) {
        return TemplateReader.read(files, problems);
    }

    /** A stock template; the program's own are in order. */
    public static Template stock(String name) {
        Problems problems = new Problems();
        Optional<Template> template = load(new TemplateFiles.Stock(name), problems);
        problems.throwIfAny();
        return template.orElseThrow();
    }

    /** A bare configuration's text, for {@link TemplateSource.Configuration}. */
    public static Optional<SourceText> configuration(TemplateSource.Configuration source, Problems problems) {
        try {
            TemplateFiles folder = new TemplateFiles.Folder(
                    Optional.ofNullable(source.file().getParent()).orElse(java.nio.file.Path.of("")));
            return folder.text(Optional.ofNullable(source.file().getFileName())
                    .map(Object::toString)
                    .orElse(""));
        } catch (BadValueException e) {
            problems.add(Position.of(source.file().toString()), e.getMessage());
            return Optional.empty();
        }
    }
}
