package org.flowstream.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.flowstream.click.Libraries;
import org.flowstream.problem.SourceText;

/**
 * Libraries of Click: files in the folders of a path such as {@code /a:/b::}, or in their folders {@code conf}. An empty
 * part, and a path that is not given, stand for the folder of the file that requires the library.
 */
record ClickPath(String path) implements Libraries {
    @Override
    public Optional<SourceText> find(String name, String file) {
        Path here = Optional.ofNullable(Path.of(file).getParent()).orElse(Path.of(""));
        for (String part : path.split(":", -1)) {
            for (Path folder : part.isEmpty() ? new Path[] {here} : new Path[] {Path.of(part, "conf"), Path.of(part)}) {
                Path found = folder.resolve(name);
                if (Files.isRegularFile(found)) {
                    return Optional.of(new SourceText(found.toString(), text(found)));
                }
            }
        }
        return Optional.empty();
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read", e);
        }
    }
}
