package org.flowstream.template;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.flowstream.problem.BadValueException;
import org.flowstream.problem.Suggestion;

/** What a user may name where a template is wanted. */
public sealed interface TemplateSource {
    Pattern DIGEST = Pattern.compile("(sha256:)?([0-9a-f]{64})|sha256:([0-9a-f]{4,63})");

    /** A template that comes with the program. */
    record Stock(String name) implements TemplateSource {}

    /** A folder with a {@code template.json}. */
    record Folder(Path folder) implements TemplateSource {}

    /** A bare Click configuration, {@code FILE.click}; its template is inferred. */
    record Configuration(Path file) implements TemplateSource {}

    /** A built image, {@code FILE.elf}, or {@code FILE.image} of something of the user's. */
    record ImageAt(Path file) implements TemplateSource {}

    /**
     * An image of the store, by its name.
     *
     * @param hex the digest's first digits, or all of them
     */
    record Digest(String hex) implements TemplateSource {}

    /**
     * What the text names. A text with a slash is a folder or a file; without one a stock template comes first, so that
     * what a command means does not hang on where it is run.
     */
    static TemplateSource parse(String text) {
        var digest = DIGEST.matcher(text);
        if (digest.matches()) {
            return new Digest(digest.group(2) == null ? digest.group(3) : digest.group(2));
        }
        if (text.isBlank()) {
            throw BadValueException.expected(text, "a stock template, a folder, FILE.click, FILE.elf or a digest");
        }
        Path path = Path.of(text);
        if (text.endsWith(".click")) {
            return new Configuration(existing(path));
        }
        if (text.endsWith(".elf") || text.endsWith(".image")) {
            return new ImageAt(existing(path));
        }
        List<String> stock = TemplateFiles.Stock.names();
        if (stock.contains(text)) {
            return new Stock(text);
        }
        if (Files.isDirectory(path)) {
            if (!Files.exists(path.resolve(Template.FILE))) {
                throw BadValueException.of("the folder " + text + " has no " + Template.FILE);
            }
            return new Folder(path);
        }
        if (Files.exists(path)) {
            throw BadValueException.expected(text, "a folder with a " + Template.FILE + ", FILE.click or FILE.elf");
        }
        if (text.contains("/")) {
            throw BadValueException.of("there is no folder " + text);
        }
        String hint = Suggestion.nearest(text, stock)
                .map(it -> "did you mean '" + it + "'?")
                .orElse("the stock templates are " + String.join(", ", stock)
                        + "; a folder, FILE.click, FILE.elf or a digest will do too");
        throw BadValueException.of("there is no template '" + text + "' (" + hint + ")");
    }

    private static Path existing(Path file) {
        if (!Files.isRegularFile(file)) {
            throw BadValueException.of("there is no file " + file);
        }
        return file;
    }
}
