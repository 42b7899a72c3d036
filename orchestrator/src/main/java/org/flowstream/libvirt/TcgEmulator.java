package org.flowstream.libvirt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * QEMU without rights beyond its user's, for hosts whose /dev/kvm is closed to QEMU's user.
 *
 * <p>libvirt asks a QEMU what it can do with the right to open any file (CAP_DAC_OVERRIDE), so QEMU says that it has KVM;
 * then it sees that QEMU's user may not open /dev/kvm, throws the answer away and asks again, at every call: a start
 * takes 7 s to 45 s. Through a script that gives that right up before it becomes QEMU, the answer is true, and libvirt
 * keeps it: 0.15 s. libvirt keeps answers by the program's path and time, so the script names the QEMU it was made for.
 */
public final class TcgEmulator {
    private static final String NAME = "qemu-without-kvm";

    private TcgEmulator() {}

    /**
     * Puts the script in place, if it is not; its folder must be open to QEMU's user.
     *
     * @param root {@code /} but in tests
     * @param folder the state folder
     * @return the script; empty when QEMU or setpriv is not where Debian has them
     */
    public static Optional<Path> install(Path root, Path folder) throws IOException {
        String qemu = "usr/bin/qemu-system-x86_64";
        String setpriv = "usr/bin/setpriv";
        if (!Files.isExecutable(root.resolve(qemu)) || !Files.isExecutable(root.resolve(setpriv))) {
            return Optional.empty();
        }
        byte[] script = """
                #!/bin/sh
                # QEMU without the right to open any file, which libvirt gives it while it asks what it can do.
                # Made for: SIZE bytes of TIME
                exec /SETPRIV --inh-caps=-all --ambient-caps=-all /QEMU "$@"
                """.replace("SIZE", Long.toString(Files.size(root.resolve(qemu))))
                .replace("TIME", Files.getLastModifiedTime(root.resolve(qemu)).toString())
                .replace("SETPRIV", setpriv)
                .replace("QEMU \"", qemu + " \"")
                .getBytes(StandardCharsets.UTF_8);
        return Optional.of(PlacedFile.put(folder, NAME, script, "rwxr-xr-x"));
    }
}
