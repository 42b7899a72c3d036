package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** `./install` into a prefix of the test's own: twice, used, and taken away with nothing of others touched. */
@Tag("long")
class InstallTest {
    @TempDir
    private Path folder;

    private Path prefix() {
        return folder.resolve("a prefix&co");
    }

    private Command.Result install(String... more) {
        Path script = Objects.requireNonNull(Platform.program().getParent()).resolveSibling("install");
        List<String> argv = new ArrayList<>(List.of(script.toString(), "--prefix", prefix().toString()));
        argv.addAll(List.of(more));
        return Command.of(argv).within(Duration.ofMinutes(5)).run();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(prefix())) {
            return files.filter(Files::isRegularFile)
                    .map(file -> prefix().relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    private Command.Result installed(Map<String, String> environment, String program, String... arguments) {
        List<String> argv = new ArrayList<>(List.of(prefix().resolve(program).toString()));
        argv.addAll(List.of(arguments));
        return Command.of(argv).with(environment).within(Duration.ofMinutes(2)).run();
    }

    @Test
    void itComesTwiceAndGoesAndLeavesWhatIsOthers() throws IOException {
        Path other = Files.createDirectories(prefix().resolve("share/man/man1")).resolve("other.1");
        Files.writeString(other, "of another program");
        install().ok();
        List<String> first = files();
        assertThat(first)
                .contains("bin/flowstream", "bin/flowstream-bypass", "lib/flowstream/start")
                .contains("share/man/man1/flowstream-run.1", "share/bash-completion/completions/flowstream")
                .contains("lib/flowstream/installed-files", "lib/flowstream/flowstream-cli.jar");
        boolean systemd = Files.isDirectory(Path.of("/lib/systemd/system"));
        assertThat(first.contains("lib/systemd/system/flowstream.service")).isEqualTo(systemd);
        if (systemd) {
            assertThat(prefix().resolve("lib/systemd/system/flowstream.service"))
                    .content()
                    .contains("ExecStart=\"" + prefix() + "/bin/flowstream\" daemon start --foreground");
        }

        // An older install left a library that the new one does not have.
        Files.writeString(prefix().resolve("lib/flowstream/old-1.0.jar"), "");
        Path list = prefix().resolve("lib/flowstream/installed-files");
        Files.writeString(list, Files.readString(list) + "lib/flowstream/old-1.0.jar\n");
        install().ok();
        assertThat(files()).isEqualTo(first);

        Map<String, String> places = Map.of(
                "FLOWSTREAM_STATE", folder.resolve("state").toString(),
                "FLOWSTREAM_RUN", folder.resolve("run").toString(),
                "FLOWSTREAM_LOG", folder.resolve("log").toString(),
                "FLOWSTREAM_LIBVIRT", "test:///default",
                "FLOWSTREAM_OVSDB", "unix:" + folder.resolve("none"));
        installed(places, "bin/flowstream", "template", "validate", "firewall").ok();
        installed(places, "lib/flowstream/start", "start").ok();
        installed(places, "lib/flowstream/start", "status").ok();
        ProcessHandle daemon = ProcessHandle.of(Long.parseLong(
                        Files.readString(folder.resolve("run/daemon.pid")).strip()))
                .orElseThrow();

        install("--remove").ok();
        assertThat(daemon.isAlive()).as("its daemon").isFalse();
        assertThat(files()).containsExactly("share/man/man1/other.1");
        assertThat(prefix().resolve("lib")).isEmptyDirectory();
        assertThat(folder.resolve("state/store.sqlite")).exists();
        Command.Result again = install("--remove");
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains("nothing is installed under");
    }
}
