package org.flowstream.template;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.model.GuestKind;
import org.flowstream.problem.SourceText;

/** What an image of a template is made of. */
public sealed interface TemplateImage {
    /** A Click configuration, for the engine. */
    record Click(SourceText configuration) implements TemplateImage {}

    /** Something of the user's own, which is run as it is: nothing is known of what it does to packets. */
    sealed interface Foreign extends TemplateImage {
        GuestKind kind();
    }

    /**
     * A program of the host, or one that comes with the template.
     *
     * @param argv its arguments, the first of which is its path
     * @param files that it finds in its folder
     * @param addresses of its devices, by their names, as ADDRESS/LENGTH
     * @param gateways by which it reaches everything else, one for each family at most
     */
    record Program(
            ProgramIo io,
            List<Phrase> argv,
            Map<String, Phrase> environment,
            List<Attachment> files,
            Map<String, List<Phrase>> addresses,
            List<Phrase> gateways)
            implements Foreign {
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
     * A kernel.
     *
     * @param file its place: a bzImage of Linux or an ELF file with a PVH entry
     * @param initrd where that is what it gets beside it, of any form
     * @param commandLine its arguments
     */
    record Kernel(Path file, Optional<Path> initrd, List<Phrase> commandLine) implements Foreign {
        public Kernel {
            commandLine = List.copyOf(commandLine);
        }

        @Override
        public GuestKind kind() {
            return GuestKind.KERNEL;
        }
    }

    /**
     * A disk that a machine boots from.
     *
     * @param file its place: of the format qcow2
     * @param seed files that a guest finds on a second disk
     */
    record Disk(Path file, List<Attachment> seed) implements Foreign {
        public Disk {
            seed = List.copyOf(seed);
        }

        @Override
        public GuestKind kind() {
            return GuestKind.DISK;
        }
    }

    /**
     * A file of the template that is attached to what runs.
     *
     * @param name what it is called there
     * @param path within the template
     * @param text it, with parameters in it; empty for one that is no text and stays as it is
     */
    record Attachment(String name, String path, Optional<SourceText> text) {}
}
