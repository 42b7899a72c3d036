package org.flowstream.libvirt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

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
        try (InputStream in = FirmwareFile.class.getResourceAsStream("/org/flowstream/runtime/" + NAME)) {
            if (in == null) {
                throw new IllegalStateException("this program was built without its firmware");
            }
            return PlacedFile.put(folder, NAME, in.readAllBytes(), "rw-r--r--");
        }
    }
}
