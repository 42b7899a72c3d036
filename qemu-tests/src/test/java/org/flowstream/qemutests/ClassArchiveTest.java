package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive of classes that an install makes: the command's Java really takes them from it, or goes without. */
class ClassArchiveTest {
    @TempDir
    private Path prefix;

    /** A prefix as `install` makes it: the launcher, and the built jars with their times. */
    private Path install() throws IOException {
        Path root = Objects.requireNonNull(Platform.program().getParent())
                .resolve("..")
                .normalize();
        Path lib = Files.createDirectories(prefix.resolve("lib/flowstream"));
        Files.createDirectories(prefix.resolve("bin"));
        Files.copy(Platform.program(), prefix.resolve("bin/flowstream"), StandardCopyOption.COPY_ATTRIBUTES);
        try (Stream<Path> jars = Files.list(root.resolve("cli/target/flowstream/lib"))) {
            for (Path jar :
                    jars.filter(each -> each.toString().endsWith(".jar")).toList()) {
                Files.copy(jar, lib.resolve(jar.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        Command.of(root.resolve("tools/class-archive").toString(), lib.toString())
                .within(Duration.ofMinutes(5))
                .output();
        return lib;
    }

    private Command.Result flowstream(Map<String, String> environment, String... arguments) {
        List<String> argv = new java.util.ArrayList<>(
                List.of(prefix.resolve("bin/flowstream").toString()));
        argv.addAll(List.of(arguments));
        return Command.of(argv).with(environment).run();
    }

    @Test
    void classesComeFromTheArchiveAndWithoutItCommandsRunAllTheSame() throws IOException {
        Path lib = install();
        assertThat(lib.resolve("flowstream.jsa")).exists();
        Path log = prefix.resolve("classes.log");
        // A log of its own, behind the launcher's word that there is none.
        Map<String, String> traced = Map.of("FLOWSTREAM_JAVA_OPTIONS", "-Xlog:class+load:file=" + log);
        flowstream(traced, "template", "validate", "firewall").ok();
        List<String> loaded = Files.readAllLines(log).stream()
                .filter(line -> line.contains(" org.flowstream.") || line.contains(" picocli."))
                .filter(line -> !line.contains("Lambda"))
                .toList();
        long shared = loaded.stream()
                .filter(line -> line.contains("source: shared objects file"))
                .count();
        System.out.printf("%d of %d classes of ours and picocli's came from the archive%n", shared, loaded.size());
        assertThat(loaded.size()).isGreaterThan(200);
        assertThat(shared).isGreaterThan(loaded.size() * 9L / 10);

        Files.setLastModifiedTime(lib.resolve("flowstream-cli.jar"), FileTime.from(Instant.EPOCH));
        Command.Result other = flowstream(Map.of(), "--version").ok();
        assertThat(other.out()).startsWith("flowstream ");
        assertThat(other.err()).isEmpty();
        Files.delete(lib.resolve("flowstream.jsa"));
        assertThat(flowstream(Map.of(), "--version").ok().err()).isEmpty();
    }
}
