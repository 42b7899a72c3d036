package org.flowstream.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.flowstream.libvirt.KvmAccess;

/**
 * Whether libvirt's user may open /dev/kvm. Where the file is there but closed to it, libvirt 9 throws away what it
 * knows of QEMU at every call and asks QEMU again, a dozen times for each machine.
 */
public record KvmCheck(Root root) implements Check {
    private static final String ID = "kvm";
    private static final String USER = "libvirt-qemu";

    @Override
    public List<Finding> look() {
        Path device = root.file("/dev/kvm");
        if (!Files.exists(device)) {
            return List.of(Finding.note(
                    ID, "no /dev/kvm: machines run in QEMU's emulation (boot as fast, forward slower under load)"));
        }
        // Where libvirt is not installed, the packages' check says so.
        Optional<String> user =
                root.record("/etc/passwd", USER).map(fields -> "+" + fields.get(2) + ":+" + fields.get(3));
        if (user.isPresent() && KvmAccess.of(root.path(), user) == KvmAccess.CLOSED) {
            return List.of(Finding.fault(
                    ID,
                    "/dev/kvm is not open to " + USER + ": every start may take 45 s instead of 0.5 s",
                    Cure.commands(
                            "members of group kvm may start machines; lasts until the next boot",
                            List.of(List.of("chgrp", "kvm", "/dev/kvm"), List.of("chmod", "660", "/dev/kvm")))));
        }
        boolean hardware = root.lines("/proc/cpuinfo").stream()
                .filter(line -> line.startsWith("flags"))
                .findFirst()
                .filter(line -> (line + " ").matches(".*\\s(vmx|svm)\\s.*"))
                .isPresent();
        return List.of(Finding.ok(
                ID,
                hardware
                        ? "/dev/kvm is open to " + USER
                        : "/dev/kvm is open to " + USER
                                + "; the processor shows neither VMX nor SVM: only machines built for it, as ours,"
                                + " run well"));
    }
}
