package org.flowstream.reconcile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.flowstream.model.Accelerator;

/** What {@code auto} means on this host: KVM where QEMU's user can open its device, else QEMU alone. */
final class Accelerators {
    /** The group that udev gives the device, and that Debian's libvirt-qemu is a member of. */
    private static final String GROUP = "kvm";

    private Accelerators() {}

    static Accelerator best(Path device) {
        try {
            PosixFileAttributes attributes = Files.readAttributes(device, PosixFileAttributes.class);
            Set<PosixFilePermission> may = attributes.permissions();
            boolean all = may.containsAll(Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE));
            boolean group = may.containsAll(Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE))
                    && attributes.group().getName().equals(GROUP);
            return all || group ? Accelerator.KVM : Accelerator.QEMU;
        } catch (IOException e) {
            return Accelerator.QEMU; // there is none
        }
    }
}
