package org.flowstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.flowstream.problem.SourceText;
import picocli.CommandLine.Option;

/** The options that name documents of declared objects. */
final class DocumentFiles {
    private static final long LARGEST = 16 << 20;

    @Option(
            names = "-f",
            paramLabel = "FILE|DIR|-",
            required = true,
            description = "A file of objects, a folder of such files (*.json), or - for the standard input;"
                    + " may be given several times.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "NAME",
            defaultValue = "default",
            description = "What the objects belong to that this makes (default: ${DEFAULT-VALUE}).")
    private String set = "";

    @Option(
            names = "--prune",
            description = "Remove what an earlier apply of the same --set made and the files do not name.")
    private boolean prune;

    @Option(
            names = "--bridge",
            paramLabel = "BRIDGE",
            defaultValue = "${env:FLOWSTREAM_BRIDGE:-flowstream}",
            description = "The bridge of objects that name none (default: ${DEFAULT-VALUE}, our own).")
    private String bridge = "";

    String set() {
        return set;
    }

    boolean prune() {
        return prune;
    }

    String bridge() {
        return bridge;
    }

    /** The texts of all files, those of a folder by name. */
    List<SourceText> read() {
        List<SourceText> texts = new ArrayList<>();
        for (String name : names) {
            try {
                if (name.equals("-")) {
                    texts.add(new SourceText("-", new String(System.in.readAllBytes(), UTF_8)));
                    continue;
                }
                Path path = Path.of(name);
                if (!Files.isDirectory(path)) {
                    texts.add(text(path));
                    continue;
                }
                List<Path> files = inFolder(path);
                if (files.isEmpty()) {
                    throw CommandFailure.usage("-f " + name + ": the folder has no file *.json");
                }
                for (Path file : files) {
                    texts.add(text(file));
                }
            } catch (IOException e) {
                boolean missing = !name.equals("-") && !Files.exists(Path.of(name));
                throw CommandFailure.usage("-f " + name + ": "
                        + (missing ? "there is no such file" : "cannot be read: " + e.getMessage()));
            }
        }
        return texts;
    }

    private static SourceText text(Path file) throws IOException {
        if (Files.size(file) > LARGEST) {
            throw new IOException("it has more than " + LARGEST + " bytes");
        }
        return new SourceText(file.toString(), Files.readString(file));
    }

    private static List<Path> inFolder(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        }
    }
}
