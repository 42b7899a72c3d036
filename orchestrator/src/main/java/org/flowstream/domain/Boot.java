package org.flowstream.domain;

import java.nio.file.Path;
import java.util.Optional;

/** What a machine starts with. */
public sealed interface Boot {
    /** The engine: its image is the kernel, and it speaks by channels of its own. */
    record Engine(Path image) implements Boot {}

    /** A kernel of the user's, with the ordinary firmware. */
    record Kernel(Path kernel, Optional<Path> initrd, String commandLine) implements Boot {}

    /**
     * A disk of the user's, with the ordinary firmware.
     *
     * @param disk of the format qcow2, which the machine alone writes to
     * @param seed a second disk, raw, which it only reads
     */
    record Disk(Path disk, Optional<Path> seed) implements Boot {}
}
