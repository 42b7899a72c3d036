package org.flowstream.qemutests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** Templates of a user's own, in folders: written by a test, or the project's examples. */
final class OwnTemplate {
    private OwnTemplate() {}

    /** One of the project's examples. */
    static String example(String name) {
        Path programs =
                Objects.requireNonNull(Platform.program().toAbsolutePath().getParent());
        return programs.resolveSibling("examples").resolve(name).toString();
    }

    /**
     * Writes a template with two bump devices.
     *
     * @param image what its member {@code image} is
     * @param more further members of its JSON, each followed by a comma
     * @param files its other files
     */
    static String write(Path home, String name, String image, String more, Map<String, String> files) {
        Path folder = home.resolve(name);
        String json = """
                {"name": "%s", "version": "1.0.0", "summary": "A test's.", %s
                 "devices": [{"name": "outside", "mode": "bump"}, {"name": "inside", "mode": "bump"}],
                 "image": %s}
                """.formatted(name, more, image);
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("template.json"), json);
            for (Map.Entry<String, String> file : files.entrySet()) {
                Files.writeString(folder.resolve(file.getKey()), file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder.toString();
    }
}
