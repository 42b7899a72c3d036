package org.flowstream.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.flowstream.domain.DomainMetadata;
import org.flowstream.model.DeclaredJson;

/**
 * The folder of a process among the machines' folders: its tag in {@code tag.json}, written before it starts, and what
 * the engine puts there (docs/contracts.md, section 7). A machine's folder has no tag; its domain has.
 */
record ProcessFolder(Path path) {
    private static final String TAG = "tag.json";
    private static final String SUSPENDED = "suspended";
    private static final JsonMapper JSON = DeclaredJson.mapper();

    /** All of them, in a folder of machines' folders. */
    static List<ProcessFolder> list(Path machines) {
        try (Stream<Path> folders = Files.isDirectory(machines) ? Files.list(machines) : Stream.empty()) {
            return folders.sorted()
                    .map(ProcessFolder::new)
                    .filter(ProcessFolder::exists)
                    .toList();
        } catch (IOException e) {
            throw new ProcessFault("cannot list " + machines + ": " + e.getMessage(), e);
        }
    }

    boolean exists() {
        return Files.exists(path.resolve(TAG));
    }

    Path life() {
        return path.resolve("life.sock");
    }

    /** Whose it is; empty when it went meanwhile, or is nothing of ours. */
    Optional<DomainMetadata> tag() {
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(path.resolve(TAG)), DomainMetadata.class));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The process that was last started there; empty when none got as far as to say its number. */
    Optional<ProcessId> process() {
        return ProcessId.read(path.resolve("process"));
    }

    /** Whether its process is halted on request. */
    boolean isSuspended() {
        return Files.exists(path.resolve(SUSPENDED));
    }

    void suspend(boolean suspended) {
        Path mark = path.resolve(SUSPENDED);
        try {
            if (suspended) {
                Files.write(mark, new byte[0]);
            } else {
                Files.deleteIfExists(mark);
            }
        } catch (IOException e) {
            throw new ProcessFault("cannot write " + mark + ": " + e.getMessage(), e);
        }
    }

    /** Makes the folder, root's alone, with its tag. */
    void make(DomainMetadata tag) {
        try {
            Files.createDirectories(path);
            Files.deleteIfExists(path.resolve(SUSPENDED));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            Path half = path.resolve(TAG + ".new");
            Files.write(half, JSON.writeValueAsBytes(tag));
            Files.move(half, path.resolve(TAG), StandardCopyOption.ATOMIC_MOVE);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new ProcessFault("cannot make " + path + ": " + e.getMessage(), e);
        }
    }

    void remove() {
        try {
            Folders.remove(path);
        } catch (IOException e) {
            throw new ProcessFault("cannot remove " + path + ": " + e.getMessage(), e);
        }
    }
}
