package org.flowstream.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageFileTest {
    private final byte[] good = new ImageBuilder(SmallRuntime.runtime())
            .build("blob".getBytes(UTF_8), SmallRuntime.manifest("t"))
            .bytes();

    @TempDir
    private Path folder;

    @Test
    void everyTruncationIsRefused() {
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> ImageFile.parse(cut, "fw.elf"))
                    .isInstanceOf(ImageException.class)
                    .hasMessageStartingWith("fw.elf ");
        }
        assertThatThrownBy(() -> ImageFile.parse(Arrays.copyOf(good, good.length - 1), "fw.elf"))
                .hasMessage("fw.elf is cut short: it has " + (good.length - 1) + " bytes of " + good.length);
    }

    @Test
    void everyChangeIsRefused() {
        Random random = new Random(3);
        for (int i = 0; i < 5_000; i++) {
            byte[] changed = good.clone();
            changed[i < 600 ? i : random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
            assertThatThrownBy(() -> ImageFile.parse(changed, "fw.elf"))
                    .isInstanceOf(ImageException.class)
                    .hasMessageStartingWith("fw.elf");
        }
        byte[] changed = good.clone();
        changed[0x1100] ^= 1;
        assertThatThrownBy(() -> ImageFile.parse(changed, "fw.elf"))
                .hasMessageStartingWith("fw.elf was changed after it was built: its digest says sha256:");
    }

    @Test
    void somethingBehindItIsRefused() {
        assertThatThrownBy(() -> ImageFile.parse(Arrays.copyOf(good, good.length + 1), "fw.elf"))
                .hasMessage("fw.elf does not end with its Flowstream segment: something was added to it");
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        assertThatThrownBy(() -> ImageFile.read(Path.of("/nosuch.elf"))).hasMessage("there is no file /nosuch.elf");
        assertThatThrownBy(() -> ImageFile.read(folder)).hasMessage(folder + " is a folder, not an image");
        Path text = Files.writeString(folder.resolve("a.elf"), "hello");
        assertThatThrownBy(() -> ImageFile.read(text)).hasMessage(text + " is not an ELF file");
        Path large = Files.write(folder.resolve("b.elf"), new byte[Image.LARGEST + 1]);
        assertThatThrownBy(() -> ImageFile.read(large))
                .hasMessageContaining("it has " + (Image.LARGEST + 1) + " bytes");
        assertThatThrownBy(() -> ImageFile.parse(SmallRuntime.bytes(2), "r.elf"))
                .hasMessage("r.elf is an ELF file, but no Flowstream image: it has 0 Flowstream segments");
        byte[] arm = good.clone();
        arm[18] = (byte) 183;
        assertThatThrownBy(() -> ImageFile.parse(arm, "arm.elf"))
                .hasMessage("arm.elf is an ELF file, but not for x86-64");
    }

    @Test
    void aManifestOfALaterFormatNamesItsBuilder() {
        assertThatThrownBy(() -> Manifest.parse("{\"format\":2,\"built_by\":\"flowstream 9.0\"}", "fw.elf"))
                .hasMessage("fw.elf has a manifest of format 2; this program reads format 1: it was built by "
                        + "flowstream 9.0");
        assertThatThrownBy(() -> Manifest.parse("{\"format\":1}", "fw.elf"))
                .hasMessage("fw.elf has a manifest that cannot be read: member \"parameters\" is missing");
        assertThat(Manifest.parse(SmallRuntime.manifest("t").toJson().replace("{\"built", "{\"x\":[{}],\"built"), "f")
                        .template())
                .isEqualTo("t");
    }
}
