package org.flowstream.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The process build of the engine, {@code flowstream-engine}, as a file that can be run. */
public final class EngineProgram implements AutoCloseable {
    private static final String NAME = "flowstream-engine";
    private static final String RESOURCE = "/org/flowstream/runtime/" + NAME;

    private final TemporaryFolder folder;
    private final Path file;

    private EngineProgram(TemporaryFolder folder, Path file) {
        this.folder = folder;
        this.file = file;
    }

    /** The one that comes with the program, unpacked until this is closed. */
    public static EngineProgram ofProgram() {
        try (InputStream in = EngineProgram.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("this program was built without its engine, " + NAME);
            }
            TemporaryFolder folder = new TemporaryFolder();
            Path file = folder.resolve(NAME);
            Files.copy(in, file);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
            return new EngineProgram(folder, file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack " + NAME, e);
        }
    }

    public Path file() {
        return file;
    }

    @Override
    public void close() {
        folder.close();
    }
}
