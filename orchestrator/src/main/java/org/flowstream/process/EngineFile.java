package org.flowstream.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;

/**
 * The engine's program in the state folder, for processes that outlive the daemon. Each version has a file of its own,
 * so that a newer daemon puts its own beside one that runs; those of other versions are removed, which those that run
 * them do not notice.
 */
final class EngineFile {
    private static final String RESOURCE = "/org/flowstream/runtime/flowstream-engine";
    private static final int NAME_DIGITS = 16;

    private EngineFile() {}

    /** Puts the program there, unless it is there already. */
    static Path install(Path state) {
        try (InputStream in = EngineFile.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("this program was built without its engine");
            }
            byte[] program = in.readAllBytes();
            Path folder = state.resolve("engine-" + digest(program).substring(0, NAME_DIGITS));
            Path file = folder.resolve("flowstream-engine");
            if (!Files.exists(file)) {
                Files.createDirectories(folder);
                Path half = Files.createTempFile(folder, "engine", ".new");
                Files.write(half, program);
                Files.setPosixFilePermissions(half, PosixFilePermissions.fromString("rwxr-xr-x"));
                Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
            }
            removeOthers(state, folder);
            return file;
        } catch (IOException e) {
            throw new ProcessFault("cannot put the engine into " + state + ": " + e.getMessage(), e);
        }
    }

    private static void removeOthers(Path state, Path own) throws IOException {
        try (Stream<Path> folders = Files.list(state)) {
            for (Path folder : (Iterable<Path>) folders::iterator) {
                if (String.valueOf(folder.getFileName()).startsWith("engine-") && !folder.equals(own)) {
                    new ProcessFolder(folder).remove();
                }
            }
        }
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
