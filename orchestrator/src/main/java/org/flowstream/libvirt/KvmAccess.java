package org.flowstream.libvirt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether QEMU's user may open /dev/kvm, by the file's owner, group and mode. */
public enum KvmAccess {
    /** There is no such file: machines run in QEMU's emulation. */
    NONE,
    /** The file is closed to QEMU's user. Then libvirt 9 probes QEMU anew at each call: see {@link TcgEmulator}. */
    CLOSED,
    OPEN;

    private static final int READ_WRITE = 6;

    /**
     * Looks at the host.
     *
     * @param root {@code /} but in tests
     * @param user QEMU's, as {@code +UID:+GID}; empty where QEMU runs as root
     */
    public static KvmAccess of(Path root, Optional<String> user) {
        Path device = root.resolve("dev/kvm");
        if (!Files.exists(device)) {
            return NONE;
        }
        if (user.isEmpty()) {
            return OPEN;
        }
        String[] ids = user.get().replace("+", "").split(":", -1);
        try {
            int mode = (Integer) Files.getAttribute(device, "unix:mode");
            if (ids[0].equals(Files.getAttribute(device, "unix:uid").toString())) {
                return (mode >> 6 & READ_WRITE) == READ_WRITE ? OPEN : CLOSED;
            }
            String group = Files.getAttribute(device, "unix:gid").toString();
            if (ids[1].equals(group) || isMember(root, ids[0], group)) {
                return (mode >> 3 & READ_WRITE) == READ_WRITE ? OPEN : CLOSED;
            }
            return (mode & READ_WRITE) == READ_WRITE ? OPEN : CLOSED;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isMember(Path root, String uid, String gid) throws IOException {
        Optional<List<String>> user = records(root.resolve("etc/passwd"))
                .filter(fields -> fields.size() > 3 && fields.get(2).equals(uid))
                .findFirst();
        if (user.isEmpty()) {
            return false;
        }
        String name = user.get().get(0);
        // libvirt gives QEMU the user's own group besides the one it is told of (Debian: kvm besides libvirt-qemu).
        return user.get().get(3).equals(gid)
                || records(root.resolve("etc/group"))
                        .filter(fields -> fields.size() > 3 && fields.get(2).equals(gid))
                        .anyMatch(
                                fields -> List.of(fields.get(3).split(",", -1)).contains(name));
    }

    private static Stream<List<String>> records(Path file) throws IOException {
        return Files.readAllLines(file).stream().map(line -> List.of(line.split(":", -1)));
    }
}
