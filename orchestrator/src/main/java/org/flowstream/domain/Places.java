package org.flowstream.domain;

import java.nio.file.Path;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.Installation;
import org.flowstream.model.MachineId;

/**
 * Where a daemon's files are: one layout, of which everything else derives.
 *
 * @param state {@code store.sqlite}, {@code images/HEX.elf}
 * @param run {@code api.sock}, {@code daemon.pid}, {@code machines/ID/…}
 * @param log {@code ID.log}, the consoles
 */
public record Places(Path state, Path run, Path log) {
    /** Those of an ordinary host. */
    public static final Places STANDARD =
            new Places(Path.of("/var/lib/flowstream"), Path.of("/run/flowstream"), Path.of("/var/log/flowstream"));

    public Places {
        state = state.toAbsolutePath().normalize();
        run = run.toAbsolutePath().normalize();
        log = log.toAbsolutePath().normalize();
    }

    public Installation installation() {
        return new Installation(state.toString());
    }

    public Path images() {
        return state.resolve("images");
    }

    public Path image(ImageDigest digest) {
        return images().resolve(digest.hex() + ".elf");
    }

    /** The disks of machines that have some, {@code ID.qcow2} and {@code ID.seed}: made at each start, gone with the machine. */
    public Path disks() {
        return state.resolve("disks");
    }

    /** What a machine's disk holds beyond the one that it was made from. */
    public Path disk(MachineId id) {
        return disks().resolve(id + ".qcow2");
    }

    /** The disk by which a machine's guest is told its settings. */
    public Path seed(MachineId id) {
        return disks().resolve(id + ".seed");
    }

    /** The folder of a machine's sockets; it exists before the machine starts and goes with it. */
    public Path machine(MachineId id) {
        return run.resolve("machines").resolve(id.toString());
    }

    /** The Unix socket of a machine's control protocol. */
    public Path control(MachineId id) {
        return machine(id).resolve("control.sock");
    }

    /** The Unix socket of a machine's health lines. */
    public Path health(MachineId id) {
        return machine(id).resolve("health.sock");
    }

    /**
     * What a machine prints on its serial port. libvirt's virtlogd writes it and moves it to {@code ID.log.0} and on at
     * 2 MiB, keeping three (its max_size and max_backups).
     */
    public Path console(MachineId id) {
        return log.resolve(id + ".log");
    }
}
