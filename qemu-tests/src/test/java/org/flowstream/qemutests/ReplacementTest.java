package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon of the version before is replaced by this one under traffic. The version before is the newest tag that is not
 * this commit, built from the repository's history, or what the property {@code previous} names.
 */
@Tag("endurance")
class ReplacementTest {
    private static final int RATE = 500;
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Duration BUILD = Duration.ofMinutes(6);
    private static final ObjectMapper JSON = new ObjectMapper();

    @RegisterExtension
    static final Lab LAB = Lab.withoutPorts();

    @TempDir
    private Path folder;

    private static Path root() {
        Path bin = Platform.program().getParent();
        if (bin == null || bin.getParent() == null) {
            throw new AssertionError("no folder above " + Platform.program());
        }
        return bin.getParent();
    }

    private static Command.Result git(String... arguments) {
        String[] argv = new String[arguments.length + 3];
        argv[0] = "git";
        argv[1] = "-C";
        argv[2] = root().toString();
        System.arraycopy(arguments, 0, argv, 3, arguments.length);
        return Command.of(argv).run();
    }

    /** The newest tag below this commit, or what was asked for. */
    private static Optional<String> previous() {
        String asked = System.getProperty("previous", "");
        if (!asked.isEmpty()) {
            return Optional.of(asked);
        }
        String head = git("rev-parse", "HEAD").out();
        return git("tag", "--merged", "HEAD", "--sort=-creatordate")
                .out()
                .lines()
                .filter(tag -> !git("rev-parse", tag + "^{commit}").out().equals(head))
                .findFirst();
    }

    /** Builds a version of the past; answers its program. */
    private Path build(String version) {
        Path archive = folder.resolve("previous.tar");
        Path source = folder.resolve("previous");
        git("archive", "--output=" + archive, version).ok();
        assertThat(source.toFile().mkdir()).isTrue();
        Command.of("tar", "-C", source.toString(), "-xf", archive.toString()).output();
        long begin = System.nanoTime();
        Command.of(
                        "mvn",
                        "-B",
                        "-q",
                        "-o",
                        "-f",
                        source.resolve("pom.xml").toString(),
                        "-DskipTests",
                        "-pl",
                        "cli",
                        "-am",
                        "package")
                .within(BUILD)
                .output();
        System.out.printf(
                "built %s in %d s%n",
                version, Duration.ofNanos(System.nanoTime() - begin).toSeconds());
        return source.resolve("bin/flowstream");
    }

    private static JsonNode inspect(Platform platform, String name) {
        try {
            return JSON.readTree(platform.flowstream("inspect", name, "--output", "json")
                    .ok()
                    .out());
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theVersionBeforeIsReplacedUnderTrafficAndNothingIsLost() {
        boolean history = git("rev-parse", "HEAD").status() == 0;
        Optional<String> version = history ? previous() : Optional.empty();
        if (version.isEmpty()) {
            System.err.println("skipped ReplacementTest: "
                    + (history ? "no tag is below this commit" : "this is no git repository"));
        }
        assumeTrue(version.isPresent(), "no version before this one is known");
        Path program = build(version.orElseThrow());
        String run = Long.toString(ProcessHandle.current().pid() % 1_000_000);
        Endpoint left = Endpoint.make(run, 'c', 3);
        Endpoint right = Endpoint.make(run, 'd', 4);
        Platform before = Platform.start(program, Map.of("FLOWSTREAM_BRIDGE", Platform.bridge() + "y"));
        try (Platform now = before.ofThisVersion()) {
            before.flowstream("port", "add", left.port(), right.port()).ok();
            run(before, left, right, "m", 7000, "--hypervisor", "qemu");
            run(before, left, right, "p", 7001, "--hypervisor", "process");
            replace(before, now, left, right);
            now.flowstream("rm", "m", "p").ok();
            now.flowstream("port", "rm", left.port(), right.port()).ok();
        } finally {
            left.remove();
            right.remove();
        }
    }

    private static void run(Platform platform, Endpoint left, Endpoint right, String name, int port, String... more) {
        List<String> arguments = new java.util.ArrayList<>(List.of(
                "run",
                "wire",
                "--name",
                name,
                "--between",
                left.port() + ":" + right.port(),
                "--flow",
                "udp,tp_dst=" + port));
        arguments.addAll(List.of(more));
        platform.flowstream(arguments.toArray(String[]::new)).ok();
    }

    private static void replace(Platform before, Platform now, Endpoint left, Endpoint right) {
        long qemu = Host.SHARED.qemu(inspect(before, "m").path("domain").asText());
        Path folder = before.home()
                .resolve("run/machines")
                .resolve(inspect(before, "p").path("machine").asText());
        String process = read(folder.resolve("process"));
        try (Stream toMachine = Stream.answered(left, right, 7000, RATE);
                Stream toProcess = Stream.answered(left, right, 7001, RATE)) {
            toMachine.awaitArrivals(RATE, BOUND);
            toProcess.awaitArrivals(RATE, BOUND);
            now.flowstream("daemon", "stop").ok();
            now.flowstream("daemon", "start").ok();
            Wait.until("both to be ready", BOUND, () -> isReady(now, "m") && isReady(now, "p"));
            toMachine.awaitArrivals(toMachine.arrivals().size() + RATE, BOUND);
            for (Stream stream : List.of(toMachine, toProcess)) {
                Stream.Outcome outcome = stream.end(BOUND);
                System.out.printf(
                        "daemon of the version before replaced: %d of %d lost%n", outcome.lost(), outcome.sent());
                assertThat(outcome.lost()).isZero();
                assertThat(outcome.inOrder()).isTrue();
            }
        }
        String domain = inspect(now, "m").path("domain").asText();
        assertThat(Host.SHARED.qemu(domain)).as("the same QEMU").isEqualTo(qemu);
        assertThat(read(folder.resolve("process"))).as("the same process").isEqualTo(process);
        assertThat(Middlebox.ends(inspect(now, "m")) + Middlebox.ends(inspect(now, "p")))
                .isZero();
        assertThat(now.flowstream("handler", "read", "m", "inward.count")
                        .ok()
                        .out()
                        .strip())
                .isNotEqualTo("0");
        // And looks after them as after its own.
        Proc.kill(qemu);
        Wait.until("its end to be seen, and another", BOUND, () -> {
            JsonNode seen = inspect(now, "m");
            return Middlebox.ends(seen) > 0 && seen.path("state").asText().equals("ready");
        });
        assertThat(Host.SHARED.qemu(domain)).as("another QEMU").isNotEqualTo(qemu);
    }

    private static boolean isReady(Platform platform, String name) {
        return inspect(platform, name).path("state").asText().equals("ready");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
