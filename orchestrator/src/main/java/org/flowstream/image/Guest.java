package org.flowstream.image;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.flowstream.model.GuestKind;
import org.flowstream.model.ImageDigest;
import org.flowstream.template.ProgramIo;

/** What an image runs. */
public sealed interface Guest {
    GuestKind kind();

    /** The large files that it needs and does not hold. */
    default List<ImageDigest> parts() {
        return List.of();
    }

    /**
     * The engine, with the configuration that is in the image.
     *
     * @param runtime the SHA-256 of its runtime, hex
     */
    record Engine(String runtime) implements Guest {
        @Override
        public GuestKind kind() {
            return GuestKind.ENGINE;
        }
    }

    /**
     * A program of the host's, which the image names and does not hold.
     *
     * @param argv its arguments, the first of which is its path
     * @param environment all its variables
     * @param files what it finds in its folder
     * @param addresses of its devices, by their names, as ADDRESS/LENGTH
     * @param gateways by which it reaches everything else
     */
    record Program(
            ProgramIo io,
            List<String> argv,
            Map<String, String> environment,
            List<Attached> files,
            Map<String, List<String>> addresses,
            List<String> gateways)
            implements Guest {
        public Program {
            argv = List.copyOf(argv);
            environment = Map.copyOf(environment);
            files = List.copyOf(files);
            addresses = Map.copyOf(addresses);
            gateways = List.copyOf(gateways);
        }

        @Override
        public GuestKind kind() {
            return GuestKind.PROGRAM;
        }
    }

    /**
     * A kernel in a machine, whose files the image names by their digests.
     *
     * @param initrd what it gets beside it
     */
    record Kernel(ImageDigest kernel, Optional<ImageDigest> initrd, String commandLine) implements Guest {
        @Override
        public GuestKind kind() {
            return GuestKind.KERNEL;
        }

        @Override
        public List<ImageDigest> parts() {
            return Stream.concat(Stream.of(kernel), initrd.stream()).toList();
        }
    }

    /**
     * A disk that a machine boots from, which the image names by its digest.
     *
     * @param seed files on a second disk
     */
    record Disk(ImageDigest disk, List<Attached> seed) implements Guest {
        public Disk {
            seed = List.copyOf(seed);
        }

        @Override
        public GuestKind kind() {
            return GuestKind.DISK;
        }

        @Override
        public List<ImageDigest> parts() {
            return List.of(disk);
        }
    }

    /**
     * A small file that is in the image.
     *
     * @param name what it is called where it is used
     * @param executable whether it is itself a program
     * @param base64 its bytes (RFC 4648)
     */
    record Attached(String name, boolean executable, String base64) {
        public byte[] bytes() {
            return java.util.Base64.getDecoder().decode(base64);
        }
    }
}
