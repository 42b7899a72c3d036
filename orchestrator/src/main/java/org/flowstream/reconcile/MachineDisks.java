package org.flowstream.reconcile;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.flowstream.domain.Boot;
import org.flowstream.domain.Places;
import org.flowstream.image.Guest;
import org.flowstream.image.PartStore;
import org.flowstream.image.Qcow2;
import org.flowstream.image.SeedDisk;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;

/** Disks of machines that boot from one of the user's: an empty one on top of it, and what tells the guest its settings. */
record MachineDisks(Places places, PartStore parts) {
    private static final String META_DATA = "meta-data";

    /** Makes a machine's disks anew; the first is QEMU's user's. */
    Boot.Disk make(MachineSpec machine, Guest.Disk guest, Optional<UserPrincipal> user) throws IOException {
        Files.createDirectories(places.disks());
        Path backing = parts.file(guest.disk());
        Path disk = places.disk(machine.id());
        Files.write(disk, Qcow2.of(backing).overlay(backing));
        Files.setPosixFilePermissions(disk, PosixFilePermissions.fromString("rw-------"));
        if (user.isPresent()) {
            Files.setOwner(disk, user.get());
        }
        if (guest.seed().isEmpty()) {
            return new Boot.Disk(disk, Optional.empty());
        }
        Map<String, byte[]> files = new TreeMap<>();
        files.put(
                META_DATA,
                ("instance-id: " + machine.id() + "\nlocal-hostname: " + machine.name() + "\n").getBytes(UTF_8));
        guest.seed().forEach(file -> files.put(file.name(), file.bytes()));
        Path seed = places.seed(machine.id());
        Files.write(seed, SeedDisk.of(files));
        Files.setPosixFilePermissions(seed, PosixFilePermissions.fromString("rw-------"));
        if (user.isPresent()) {
            Files.setOwner(seed, user.get());
        }
        return new Boot.Disk(disk, Optional.of(seed));
    }

    void remove(MachineId id) throws IOException {
        Files.deleteIfExists(places.disk(id));
        Files.deleteIfExists(places.seed(id));
    }
}
