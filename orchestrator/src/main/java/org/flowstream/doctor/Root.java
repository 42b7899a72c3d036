package org.flowstream.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The host's files, below a folder that is `/` but in tests. */
public record Root(Path path) {
    public static Root ofHost() {
        return new Root(Path.of("/"));
    }

    public Path file(String absolute) {
        return path.resolve(absolute.substring(1));
    }

    public boolean has(String absolute) {
        return Files.exists(file(absolute));
    }

    /** The lines of a file; none when it is not there. */
    public List<String> lines(String absolute) {
        Path file = file(absolute);
        if (!Files.isReadable(file)) {
            return List.of();
        }
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The record of a colon-separated file (passwd, group) whose first field is the name. */
    public Optional<List<String>> record(String absolute, String name) {
        return lines(absolute).stream()
                .map(line -> List.of(line.split(":", -1)))
                .filter(fields -> fields.get(0).equals(name))
                .findFirst();
    }
}
