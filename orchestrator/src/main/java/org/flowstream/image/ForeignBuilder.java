package org.flowstream.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.flowstream.model.ImageDigest;
import org.flowstream.net.Ip4Prefix;
import org.flowstream.net.Ip6Prefix;
import org.flowstream.problem.BadValueException;
import org.flowstream.problem.Position;
import org.flowstream.problem.Problems;
import org.flowstream.template.ParameterValue;
import org.flowstream.template.Phrase;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateImage;

/** From a template of something of the user's own to an image: all its texts with the values of parameters in them. */
final class ForeignBuilder {
    /** Anything: nobody has looked. */
    private static final String UNKNOWN = "unknown";

    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

    private final Template template;
    private final Map<String, ParameterValue> values;
    private final Problems problems;
    private final Map<ImageDigest, Path> parts = new TreeMap<>();

    private ForeignBuilder(Template template, Map<String, ParameterValue> values, Problems problems) {
        this.template = template;
        this.values = values;
        this.problems = problems;
    }

    /** The image; what is wrong is added to the problems, and it is of no use then. */
    static Image image(
            Template template,
            TemplateImage.Foreign image,
            Map<String, ParameterValue> values,
            String builtBy,
            Problems problems) {
        ForeignBuilder builder = new ForeignBuilder(template, values, problems);
        Guest guest = builder.guest(image);
        Manifest manifest = new Manifest(
                template.name(),
                template.version(),
                new TreeMap<>(values),
                template.devices().stream()
                        .map(it -> new Manifest.Device(it.name(), it.clickNames(), it.mode()))
                        .toList(),
                List.of(),
                new TreeSet<>(Set.of(UNKNOWN)),
                (long) template.memoryMib() << 20,
                template.health(),
                List.of(),
                guest,
                builtBy);
        return Image.ofForeign(manifest, builder.parts);
    }

    private Guest guest(TemplateImage.Foreign image) {
        if (image instanceof TemplateImage.Kernel kernel) {
            return kernel(kernel);
        }
        return image instanceof TemplateImage.Disk disk ? disk(disk) : program((TemplateImage.Program) image);
    }

    private Guest.Disk disk(TemplateImage.Disk disk) {
        check(disk.file(), Qcow2::fault);
        List<Guest.Attached> seed = disk.seed().stream().map(this::attached).toList();
        int size = seed.stream().mapToInt(it -> it.bytes().length).sum();
        if (size > SeedDisk.largest() / 2) {
            problems.add(
                    Position.of(disk.file().toString()),
                    "the seed's files have " + size + " bytes; they may have " + SeedDisk.largest() / 2);
        }
        return new Guest.Disk(part(disk.file()), seed);
    }

    /** Says what is wrong with a file. */
    private interface Look {
        Optional<String> fault(Path file) throws IOException;
    }

    private void check(Path file, Look look) {
        try {
            look.fault(file)
                    .ifPresent(fault -> problems.add(Position.of(file.toString()), "it cannot be started: " + fault));
        } catch (IOException e) {
            problems.add(Position.of(file.toString()), "it cannot be read: " + e.getMessage());
        }
    }

    private Guest.Kernel kernel(TemplateImage.Kernel kernel) {
        String commandLine = kernel.commandLine().stream()
                .flatMap(it -> it.fill(Phrase.Use.WORD, values, problems).stream())
                .collect(Collectors.joining(" "));
        check(kernel.file(), KernelFile::fault);
        return new Guest.Kernel(part(kernel.file()), kernel.initrd().map(this::part), commandLine);
    }

    /** A large file's digest; where it is stays known, for whoever brings it to the daemon. */
    private ImageDigest part(Path file) {
        try {
            ImageDigest digest = PartStore.digest(file);
            parts.put(digest, file);
            return digest;
        } catch (IOException e) {
            problems.add(Position.of(file.toString()), "it cannot be read: " + e.getMessage());
            return new ImageDigest("0".repeat(64));
        }
    }

    private Guest.Program program(TemplateImage.Program program) {
        List<String> argv = texts(program.argv());
        Map<String, String> environment = new TreeMap<>();
        program.environment()
                .forEach((name, phrase) -> environment.put(name, String.join(" ", texts(List.of(phrase)))));
        Map<String, List<String>> addresses = new TreeMap<>();
        program.addresses().forEach((device, phrases) -> {
            addresses.put(device, texts(phrases));
            phrases.forEach(this::checkAddresses);
        });
        return new Guest.Program(
                program.io(),
                argv,
                environment,
                program.files().stream().map(this::attached).toList(),
                addresses,
                texts(program.gateways()));
    }

    private List<String> texts(List<Phrase> phrases) {
        return phrases.stream()
                .flatMap(it -> it.fill(Phrase.Use.ARGUMENT, values, problems).stream())
                .toList();
    }

    private void checkAddresses(Phrase phrase) {
        for (String text : phrase.fill(Phrase.Use.ARGUMENT, values, problems)) {
            try {
                if (!text.contains("/")) {
                    throw BadValueException.expected(text, "an address and its prefix's length, ADDRESS/LENGTH");
                }
                int slash = text.indexOf('/');
                // The address is of a host, so that a prefix alone would not do: each half is looked at by itself.
                if (text.contains(":")) {
                    var unused = Ip6Prefix.parse(text.substring(0, slash) + "/128");
                } else {
                    var unused = Ip4Prefix.parse(text.substring(0, slash) + "/32");
                }
                int length = Integer.parseInt(text.substring(slash + 1));
                if (length < 0 || length > (text.contains(":") ? 128 : 32)) {
                    throw BadValueException.expected(text, "a prefix's length that its family has");
                }
            } catch (BadValueException e) {
                problems.add(phrase.source().problem(phrase.offset(), phrase.length(), String.valueOf(e.getMessage())));
            } catch (NumberFormatException e) {
                problems.add(phrase.source()
                        .problem(phrase.offset(), phrase.length(), "'" + text + "': expected ADDRESS/LENGTH"));
            }
        }
    }

    private Guest.Attached attached(TemplateImage.Attachment file) {
        byte[] bytes = file.text()
                .map(text -> filled(Phrase.lines(text)).getBytes(UTF_8))
                .orElseGet(() -> template.files().bytes(file.path()).orElse(new byte[0]));
        return new Guest.Attached(
                file.name(), isProgram(bytes), Base64.getEncoder().encodeToString(bytes));
    }

    private String filled(List<Phrase> lines) {
        List<String> filled = new ArrayList<>();
        lines.forEach(line -> filled.addAll(line.fill(Phrase.Use.FILE, values, problems)));
        return String.join("", filled);
    }

    private static boolean isProgram(byte[] bytes) {
        boolean script = bytes.length > 2 && bytes[0] == '#' && bytes[1] == '!';
        return script
                || (bytes.length > ELF.length && java.util.Arrays.equals(bytes, 0, ELF.length, ELF, 0, ELF.length));
    }
}
