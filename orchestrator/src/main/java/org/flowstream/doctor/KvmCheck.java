package org.flowstream.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
        try {
            if (!mayOpen(device)) {
                return List.of(Finding.fault(
                        ID,
                        "/dev/kvm is not open to " + USER + ": every start may take 45 s instead of 0.5 s",
                        Cure.commands(
                                "members of group kvm may start machines; lasts until the next boot",
                                List.of(List.of("chgrp", "kvm", "/dev/kvm"), List.of("chmod", "660", "/dev/kvm")))));
            }
        } catch (IOException e) {
            return List.of(Finding.note(ID, "cannot look at /dev/kvm: " + e.getMessage()));
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

    private boolean mayOpen(Path device) throws IOException {
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(device);
        if (mode.contains(PosixFilePermission.OTHERS_READ) && mode.contains(PosixFilePermission.OTHERS_WRITE)) {
            return true;
        }
        Optional<List<String>> user = root.record("/etc/passwd", USER);
        if (user.isEmpty()) {
            // libvirt is not installed, which the packages' check says.
            return true;
        }
        Object owner = Files.getAttribute(device, "unix:uid");
        if (user.get().get(2).equals(owner.toString())
                && mode.contains(PosixFilePermission.OWNER_READ)
                && mode.contains(PosixFilePermission.OWNER_WRITE)) {
            return true;
        }
        String group = Files.getAttribute(device, "unix:gid").toString();
        return mode.contains(PosixFilePermission.GROUP_READ)
                && mode.contains(PosixFilePermission.GROUP_WRITE)
                && (user.get().get(3).equals(group) || isMember(group));
    }

    private boolean isMember(String gid) {
        return root.lines("/etc/group").stream()
                .map(line -> List.of(line.split(":", -1)))
                .filter(fields -> fields.size() > 3 && fields.get(2).equals(gid))
                .anyMatch(fields -> List.of(fields.get(3).split(",", -1)).contains(USER));
    }
}
