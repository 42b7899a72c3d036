package org.flowstream.libvirt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;

/** Files of ours that QEMU is started with: each is there whole, and left alone while it is as it should be. */
final class PlacedFile {
    private PlacedFile() {}

    /**
     * Puts a file in place, if it is not there as it should be.
     *
     * @param permissions as {@code rwxr-xr-x}
     * @return its place
     */
    static Path put(Path folder, String name, byte[] content, String permissions) throws IOException {
        Path file = folder.resolve(name);
        Set<PosixFilePermission> wanted = PosixFilePermissions.fromString(permissions);
        if (Files.exists(file)
                && Files.getPosixFilePermissions(file).equals(wanted)
                && Arrays.equals(Files.readAllBytes(file), content)) {
            return file;
        }
        Path made = Files.createTempFile(folder, name, ".new");
        try {
            Files.write(made, content);
            Files.setPosixFilePermissions(made, wanted);
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(made);
        }
        return file;
    }
}
