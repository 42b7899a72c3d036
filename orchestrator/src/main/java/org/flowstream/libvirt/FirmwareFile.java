package org.flowstream.libvirt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;

/**
 * The firmware that comes with the runtime: it starts our machines in a millisecond where qboot takes 43 more on hosts
 * that emulate what the guest does in ring 0. QEMU reads it from a file.
 */
final class FirmwareFile {
    private static final String NAME = "flowstream-pvh.rom";

    private FirmwareFile() {}

    /**
     * Puts it in place, if it is not there as it should be; its folder must be open to QEMU's user.
     *
     * @param folder the state folder
     */
    static Path install(Path folder) throws IOException {
        byte[] firmware;
        try (InputStream in = FirmwareFile.class.getResourceAsStream("/org/flowstream/runtime/" + NAME)) {
            if (in == null) {
                throw new IllegalStateException("this program was built without its firmware");
            }
            firmware = in.readAllBytes();
        }
        Path file = folder.resolve(NAME);
        if (Files.exists(file) && Arrays.equals(Files.readAllBytes(file), firmware)) {
            return file;
        }
        Path made = Files.createTempFile(folder, NAME, ".new");
        try {
            Files.write(made, firmware);
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(made);
        }
        return file;
    }
}
