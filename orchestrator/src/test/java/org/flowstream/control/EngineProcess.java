package org.flowstream.control;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.flowstream.element.ElementLibrary;
import org.flowstream.image.Image;
import org.flowstream.image.ImageBuilder;
import org.flowstream.image.Manifest;
import org.flowstream.image.Runtimes;
import org.flowstream.lowering.ConfigurationCompiler;
import org.flowstream.lowering.Devices;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;

/** The engine as a process, running one configuration, with its control and health sockets in a folder. */
final class EngineProcess implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(10);

    private final Path folder;
    private final Process process;
    private final Image image;

    private EngineProcess(Path folder, Process process, Image image) {
        this.folder = folder;
        this.process = process;
        this.image = image;
    }

    static EngineProcess start(Path folder, String configuration, Manifest manifest) throws IOException {
        Problems problems = new Problems();
        byte[] blob = ConfigurationCompiler.compile(
                        new SourceText("test.click", configuration),
                        Map.of(),
                        ElementLibrary.load(),
                        Devices.NUMBERED,
                        problems)
                .orElseThrow(() -> new AssertionError(problems.list()))
                .blob()
                .toBytes();
        Image image = new ImageBuilder(Runtimes.ofProgram().whole()).build(blob, manifest);
        image.writeTo(folder.resolve("test.elf"));
        Path program = folder.resolve("flowstream-engine");
        try (InputStream in = Objects.requireNonNull(
                EngineProcess.class.getResourceAsStream("/org/flowstream/runtime/flowstream-engine"))) {
            Files.copy(in, program);
        }
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        Process process = new ProcessBuilder(
                        program.toString(),
                        "test.elf",
                        "--control",
                        "unix:" + folder.resolve("control"),
                        "--health",
                        "unix:" + folder.resolve("health"))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        EngineProcess engine = new EngineProcess(folder, process, image);
        Awaitility.await("the engine's sockets")
                .atMost(BOUND)
                .until(() -> Files.exists(engine.control()) && Files.exists(engine.health()));
        return engine;
    }

    Image image() {
        return image;
    }

    Path control() {
        return folder.resolve("control");
    }

    Path health() {
        return folder.resolve("health");
    }

    /** Pages of its address space. */
    long memoryPages() throws IOException {
        String statm = Files.readString(Path.of("/proc/" + process.pid() + "/statm"));
        return Long.parseLong(statm.substring(0, statm.indexOf(' ')));
    }

    /** Where the text is in its memory: the mapping's line and the offset in it, for the first place of each mapping. */
    List<String> memoryHolds(String text) throws IOException {
        List<String> found = new ArrayList<>();
        byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
        try (RandomAccessFile memory = new RandomAccessFile("/proc/" + process.pid() + "/mem", "r")) {
            for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/maps"))) {
                String[] range = line.substring(0, line.indexOf(' ')).split("-", 2);
                // Those of the kernel lie beyond what can be read.
                if (line.contains(" r") && !line.contains("[v")) {
                    long from = Long.parseLong(range[0], 16);
                    byte[] bytes = new byte[Math.toIntExact(Long.parseLong(range[1], 16) - from)];
                    memory.seek(from);
                    memory.readFully(bytes);
                    int at = indexOf(bytes, wanted);
                    if (at >= 0) {
                        found.add(line + " at " + at);
                    }
                }
            }
        }
        return found;
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int at = 0; at + wanted.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        return -1;
    }

    /** Waits for its end; its exit status. */
    int awaitEnd() {
        try {
            if (!process.waitFor(BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the engine did not end within " + BOUND);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        awaitEnd();
    }
}
