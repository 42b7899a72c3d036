package org.flowstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.flowstream.image.Image;
import org.flowstream.image.ImageFile;
import org.flowstream.image.ImageStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageCommandsTest {
    @TempDir
    private Path folder;

    private final Screen screen = Screen.plain();

    @Test
    void anImageIsBuiltTheSameTwiceAndInspected() throws IOException {
        Path one = folder.resolve("one.elf");
        Path two = folder.resolve("two.elf");
        String[] rules = {"-p", "rules=allow tcp dst port 80", "-p", "rules=deny all"};
        assertThat(screen.run(
                        "image", "build", "firewall", "-o", one.toString(), rules[0], rules[1], rules[2], rules[3]))
                .isZero();
        assertThat(screen.out()).startsWith(one + "  sha256:").contains("firewall 1.0.0, built in ");
        assertThat(Screen.plain()
                        .run(
                                "image",
                                "build",
                                "firewall",
                                "-o",
                                two.toString(),
                                rules[0],
                                rules[1],
                                rules[2],
                                rules[3]))
                .isZero();
        assertThat(one).hasSameBinaryContentAs(two);
        assertThat(Files.size(one)).isLessThanOrEqualTo(256 << 10);
        Screen inspected = Screen.plain();
        assertThat(inspected.run("image", "inspect", one.toString())).isZero();
        assertThat(inspected.out())
                .contains("firewall 1.0.0", "(verified)", "rules = allow tcp dst port 80, deny all", "firewall.click:");
        Screen json = Screen.plain();
        assertThat(json.run("image", "inspect", one.toString(), "--output", "json"))
                .isZero();
        JsonNode tree = new ObjectMapper().readTree(json.out());
        assertThat(tree.path("manifest")
                        .path("parameters")
                        .path("rules")
                        .path(1)
                        .asText())
                .isEqualTo("deny all");
        assertThat(tree.path("digest").asText())
                .isEqualTo(ImageFile.read(one).digest().toString());
    }

    @Test
    void anImageThatWasChangedIsRefused() throws IOException {
        Path file = folder.resolve("w.elf");
        assertThat(screen.run("image", "build", "wire", "-o", file.toString())).isZero();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        Screen changed = Screen.plain();
        assertThat(changed.run("image", "inspect", file.toString())).isEqualTo(1);
        assertThat(changed.err()).startsWith("flowstream: " + file + " was changed after it was built");
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        Screen cut = Screen.plain();
        assertThat(cut.run("image", "inspect", file.toString())).isEqualTo(1);
        assertThat(cut.err()).startsWith("flowstream: " + file + " is cut short");
    }

    @Test
    void anImageOfTheStoreIsInspectedByItsName() throws IOException {
        Path file = folder.resolve("w.elf");
        assertThat(screen.run("image", "build", "wire", "-o", file.toString())).isZero();
        Image image = ImageFile.read(file);
        new ImageStore(folder.resolve("images")).put(image);
        Screen inspected = Screen.plain();
        assertThat(inspected.run("image", "inspect", image.digest().abbreviated(), "--state-folder", folder.toString()))
                .isZero();
        assertThat(inspected.out()).contains("wire 1.0.0");
        Screen missing = Screen.plain();
        assertThat(missing.run("image", "inspect", "sha256:ffff00000000", "--state-folder", folder.toString()))
                .isEqualTo(1);
        assertThat(missing.err()).startsWith("flowstream: there is no image sha256:ffff00000000 in ");
    }

    @Test
    void aBareConfigurationIsBuilt() throws IOException {
        Path click =
                Files.writeString(folder.resolve("mine.click"), "FromDevice(eth0) -> Counter -> ToDevice(eth1);\n");
        Path file = folder.resolve("mine.elf");
        assertThat(screen.run("image", "build", click.toString(), "-o", file.toString()))
                .isZero();
        assertThat(ImageFile.read(file).manifest().template()).isEqualTo("mine");
    }

    @Test
    void nothingHalfMadeStays() throws IOException {
        assertThat(screen.run(
                        "image",
                        "build",
                        "firewall",
                        "-o",
                        folder.resolve("no/such.elf").toString()))
                .isEqualTo(1);
        assertThat(screen.err()).contains("there is no folder " + folder.resolve("no"));
        assertThat(Screen.plain().run("image", "build", "firewall", "-o", folder.toString()))
                .isEqualTo(2);
        Screen wrong = Screen.plain();
        assertThat(wrong.run(
                        "image",
                        "build",
                        "firewall",
                        "-o",
                        folder.resolve("x.elf").toString(),
                        "-p",
                        "ruls=x"))
                .isEqualTo(1);
        assertThat(wrong.err()).contains("did you mean 'rules'?").endsWith("1 problem. Nothing was created.\n");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }
}
