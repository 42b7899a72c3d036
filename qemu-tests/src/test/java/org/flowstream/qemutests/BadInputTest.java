package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What cannot be had is refused with one clear error, and nothing of it is made: no machine, tap, port, rule (the lab looks
 * after each test), chain or image.
 */
@Tag("long")
class BadInputTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final String WIRE = "{\"template\": \"wire\"}";

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    @TempDir
    private Path folder;

    /** The names of what is declared and of images: what else listings tell changes with time. */
    private static String everything() {
        return (LAB.flowstream("ps").ok().out()
                        + LAB.flowstream("image", "ls").ok().out())
                .replaceAll("(?m) .*$", "");
    }

    /** The one error of a command that changes nothing. */
    private static void fails(String says, String... arguments) {
        String before = everything();
        Command.Result result = LAB.flowstream(arguments);
        assertThat(result.status()).as(result.what()).isEqualTo(1);
        assertThat(result.err()).contains(says);
        isOneError(result);
        assertThat(everything()).isEqualTo(before);
    }

    private static void isOneError(Command.Result result) {
        assertThat(result.err()
                        .lines()
                        .filter(line -> line.startsWith("flowstream: ") || line.matches("\\S+json:\\d+:\\d+: .*")))
                .as(result.all())
                .hasSize(1);
        assertThat(result.all()).doesNotContain("Exception").doesNotContain("\tat ");
    }

    private String chain(String spec) {
        return document(
                "web",
                "\"between\": [\"" + LAB.client().port() + "\", \""
                        + LAB.server().port() + "\"], " + spec);
    }

    private String document(String name, String spec) {
        try {
            return Files.writeString(
                            folder.resolve("chain.json"),
                            "{\"apiVersion\": \"flowstream/v1\", \"kind\": \"Chain\", \"name\": \"" + name
                                    + "\", \"spec\": {" + spec + "}}")
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String wires(int count) {
        return "\"middleboxes\": ["
                + IntStream.range(0, count)
                        .mapToObj(number -> "{\"name\": \"w" + number + "\", \"template\": \"wire\"}")
                        .collect(Collectors.joining(", "))
                + "]";
    }

    @Test
    void anEmptyChain() {
        fails(
                "spec.middleboxes: the list has 0 items; expected at least 1",
                "apply",
                "-f",
                chain("\"middleboxes\": []"));
    }

    @Test
    void aCyclicChain() {
        fails(
                "no wire leads from an external port to b, c: wired in a circle",
                "apply",
                "-f",
                document(
                        "ring",
                        "\"middleboxes\": ["
                                + "{\"name\": \"a\", \"template\": \"wire\", \"devices\": {\"outside\": \""
                                + LAB.client().port() + "\", \"inside\": \""
                                + LAB.server().port() + "\"}},"
                                + "{\"name\": \"b\", \"template\": \"wire\","
                                + " \"devices\": {\"outside\": \"c/inside\", \"inside\": \"c/outside\"}},"
                                + "{\"name\": \"c\", \"template\": \"wire\","
                                + " \"devices\": {\"outside\": \"b/inside\", \"inside\": \"b/outside\"}}]"));
    }

    @Test
    void anUnknownPort() {
        fails(
                "port 'nosuch' is not on bridge",
                "apply",
                "-f",
                document(
                        "web",
                        "\"between\": [\"nosuch\", \"" + LAB.server().port() + "\"], \"middleboxes\": [" + WIRE + "]"));
    }

    @Test
    void anOverlap() {
        try (Middlebox wire = Middlebox.between(LAB, "wire", "all")) {
            fails(
                    "chain 'web' overlaps with chain 'all'",
                    "apply",
                    "-f",
                    chain("\"flow\": \"tcp\", \"middleboxes\": [" + WIRE + "]"));
            assertThat(wire.state()).isEqualTo("ready");
        }
    }

    @Test
    void limitsThatAreExceeded() {
        fails("17", "apply", "-f", chain(wires(17)));
        String one = "\"flow\": \"tcp\", \"instances\": \"per-connection\", \"middleboxes\": [" + WIRE + "]";
        fails("spec.limits.instances: ", "apply", "-f", chain(one + ", \"limits\": {\"instances\": 100000}"));
        fails(
                "memory",
                "apply",
                "-f",
                chain("\"middleboxes\": [{\"template\": \"wire\", \"memory\": \"999999 MiB\"}]"));
    }

    /** The image that was made from it is the chain's own: it goes on, restarts, and stays while it is used. */
    @Test
    void aTemplateThatIsRemovedWhileItIsInUse() throws IOException {
        Path mine = folder.resolve("mine");
        LAB.flowstream("template", "new", mine.toString(), "--from", "wire").ok();
        try (Middlebox box = Middlebox.between(LAB, mine.toString(), "mine")) {
            String image = box.inspect().path("image").asText();
            Command.of("rm", "-r", mine.toString()).output();
            fails("mine", "apply", "-f", chain("\"middleboxes\": [{\"template\": \"" + mine + "\"}]"));
            fails("is used by mine", "image", "rm", image);
            long before = box.qemu();
            Command.of("kill", "-KILL", Long.toString(before)).output();
            Wait.until(
                    "the machine's return",
                    BOUND,
                    () -> Middlebox.ends(box.inspect()) == 1 && box.state().equals("ready"));
            anImageThatIsGone(
                    box, LAB.platform().home().resolve("state/images/" + image.replace("sha256:", "") + ".elf"));
        }
    }

    /** Not even then is a machine half made: it waits for its image, and says so. */
    private static void anImageThatIsGone(Middlebox box, Path file) throws IOException {
        Path away = Files.move(file, file.resolveSibling("away"));
        Command.of("kill", "-KILL", Long.toString(box.qemu())).output();
        Wait.until(
                "a word about the image", BOUND, () -> box.inspect().toString().contains("there is no image sha256:"));
        assertThat(Command.of("virsh", "-q", "-c", "qemu:///system", "list", "--all", "--name")
                        .output())
                .doesNotContain(box.domain());
        Files.move(away, file);
        LAB.flowstream("restart", "mine").ok();
        assertThat(box.state()).isEqualTo("ready");
    }

    private static Map<String, String> at(Path home, String bridge) {
        return new TreeMap<>(Map.of(
                "FLOWSTREAM_STATE", home.resolve("state").toString(),
                "FLOWSTREAM_RUN", home.resolve("run").toString(),
                "FLOWSTREAM_LOG", home.resolve("log").toString(),
                "FLOWSTREAM_BRIDGE", bridge));
    }

    private static Command.Result start(Map<String, String> environment) {
        return Command.of(List.of(Platform.program().toString(), "daemon", "start"))
                .with(environment)
                .within(BOUND)
                .run();
    }

    @Test
    void twoDaemonsOnOneHost() {
        long first = LAB.platform().daemon().pid();
        assertThat(LAB.flowstream("daemon", "start").ok().out())
                .isEqualTo("The daemon runs already, process " + first + ".\n");
        Map<String, String> same = at(folder, Platform.bridge());
        same.put("FLOWSTREAM_STATE", LAB.platform().home().resolve("state").toString());
        Command.Result second = start(same);
        assertThat(second.status()).isEqualTo(1);
        assertThat(second.err())
                .contains("another daemon works on " + LAB.platform().home().resolve("state"))
                .contains("name another folder (--state-folder)");
        isOneError(second);
        assertThat(folder.resolve("run/api.sock")).doesNotExist();
        assertThat(LAB.platform().daemon().pid()).isEqualTo(first);
        // One with a folder of its own, and the other's bridge.
        try (Platform other = Platform.start(Map.of("FLOWSTREAM_BRIDGE", Platform.bridge()), List.of())) {
            Command.Result run = other.flowstream("run", "wire", "--name", "w", "--between", LAB.between());
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.err())
                    .contains("bridge '" + Platform.bridge() + "' belongs to the daemon of "
                            + LAB.platform().home().resolve("state"));
            isOneError(run);
            assertThat(other.flowstream("image", "ls", "--output", "json")
                            .ok()
                            .out()
                            .strip())
                    .isEqualTo("[ ]");
        }
        assertThat(LAB.flowstream("port", "ls").ok().out())
                .contains(LAB.client().port(), LAB.server().port());
    }

    @Test
    void aDatabaseOfANewerVersion() throws IOException {
        Path state = Files.createDirectories(folder.resolve("state"));
        Path store = state.resolve("store.sqlite");
        Command.of(
                        "python3",
                        "-c",
                        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
                                + " c.executescript('CREATE TABLE chain(name); PRAGMA application_id = 1179406167;"
                                + " PRAGMA user_version = 999; PRAGMA journal_mode = WAL;')",
                        store.toString())
                .output();
        byte[] before = Files.readAllBytes(store);
        Command.Result result = start(at(folder, Platform.bridge() + "n"));
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .contains(store + " is of version 999, written by a newer flowstream")
                .contains("start the newer flowstream");
        isOneError(result);
        assertThat(Files.readAllBytes(store)).isEqualTo(before);
        try (var files = Files.list(state)) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(name -> !List.of("images", "lock").contains(name)))
                    .as("what is in the folder")
                    .containsExactly("store.sqlite");
        }
        assertThat(folder.resolve("run/daemon.pid")).doesNotExist();
        assertThat(Arrays.asList(Command.of("ovs-vsctl", "list-br").output().split("\n")))
                .doesNotContain(Platform.bridge() + "n");
    }
}
