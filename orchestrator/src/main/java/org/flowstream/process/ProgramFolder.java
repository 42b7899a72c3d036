package org.flowstream.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.flowstream.image.Guest;

/**
 * What stands beside {@link ProcessFolder} for a program of the user's (docs/contracts.md, section 7): its environment, its
 * files, and, once it has ended, how.
 */
record ProgramFolder(Path path) {
    /** The most that its environment may have, bytes: what its supervisor reads. */
    private static final int LARGEST_ENVIRONMENT = 65_536;

    /** Whether it is a program's at all. */
    boolean exists() {
        return Files.exists(environment());
    }

    private Path environment() {
        return path.resolve("environment");
    }

    private Path ended() {
        return path.resolve("ended");
    }

    /** Puts down what the program finds; of one that ran there before nothing is left. */
    void make(Guest.Program program) {
        try {
            ByteArrayOutputStream variables = new ByteArrayOutputStream();
            for (Map.Entry<String, String> each : new TreeMap<>(program.environment()).entrySet()) {
                variables.write((each.getKey() + "=" + each.getValue() + "\0").getBytes(UTF_8));
            }
            if (variables.size() > LARGEST_ENVIRONMENT) {
                throw new ProcessFault("the program's environment has " + variables.size() + " bytes; it may have "
                        + LARGEST_ENVIRONMENT);
            }
            Files.write(environment(), variables.toByteArray());
            Files.deleteIfExists(ended());
            Path files = path.resolve("files");
            Folders.remove(files);
            Files.createDirectory(files);
            for (Guest.Attached file : program.files()) {
                Path own = files.resolve(file.name());
                Files.write(own, file.bytes());
                Files.setPosixFilePermissions(
                        own, PosixFilePermissions.fromString(file.executable() ? "r-xr-xr-x" : "r--r--r--"));
            }
        } catch (IOException e) {
            throw new ProcessFault("cannot put the program's files into " + path + ": " + e.getMessage(), e);
        }
    }

    /** How the program ended, where its supervisor lived to tell. */
    Optional<ProgramEnd> end() {
        try {
            List<String> lines = Files.readAllLines(ended(), UTF_8);
            return lines.size() < 2
                    ? Optional.empty()
                    : Optional.of(new ProgramEnd(
                            !lines.get(0).equals("failed"),
                            lines.get(1) + (lines.size() > 2 && !lines.get(2).isBlank() ? ": " + lines.get(2) : "")));
        } catch (IOException e) {
            return Optional.empty(); // killed with its supervisor, or its last line is no text
        }
    }
}
