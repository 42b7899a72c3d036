package org.flowstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.flowstream.model.ImageDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is a kernel, by its headers; and large files that come piece by piece. */
final class KernelFileTest {
    @TempDir
    private Path folder;

    KernelFileTest() {}

    private String fault(byte[] bytes) throws IOException {
        return KernelFile.fault(Files.write(folder.resolve("kernel"), bytes)).orElse("");
    }

    /** A bzImage's header (boot.rst): one set-up sector besides the first, then 512 bytes of kernel. */
    private static byte[] bzImage() {
        ByteBuffer file = ByteBuffer.allocate(3 * 512).order(ByteOrder.LITTLE_ENDIAN);
        file.put(0x1f1, (byte) 1).putInt(0x1f4, 32).putShort(0x1fe, (short) 0xaa55);
        file.put(0x202, (byte) 'H')
                .put(0x203, (byte) 'd')
                .put(0x204, (byte) 'r')
                .put(0x205, (byte) 'S');
        return file.array();
    }

    private static byte[] engine() throws IOException {
        try (InputStream in = KernelFileTest.class.getResourceAsStream("/org/flowstream/runtime/flowstream-pvh.elf")) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    @Test
    void aBzImageAndAnElfFileWithThePvhEntryAreKernels() throws IOException {
        assertThat(fault(bzImage())).isEmpty();
        assertThat(fault(engine())).isEmpty();
    }

    @Test
    void whatIsNoKernelIsToldByItsFault() throws IOException {
        assertThat(fault(Arrays.copyOf(bzImage(), 1400))).contains("cut short: it has 1400 bytes of 1536");
        assertThat(fault(new byte[0])).contains("0 bytes");
        assertThat(fault(new byte[4096])).contains("neither an ELF file nor a bzImage");
        assertThat(fault(Files.readAllBytes(Path.of("/proc/self/exe")))).contains("without the PVH entry");
        byte[] strange = Arrays.copyOf(engine(), 4096);
        ByteBuffer.wrap(strange).order(ByteOrder.LITTLE_ENDIAN).putLong(32, Long.MAX_VALUE);
        assertThat(fault(strange)).contains("cut short");
    }

    @Test
    void aLargeFileIsThereWholeOrNotAtAll() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[] {1, 2, 3, 4, 5});
        ImageDigest digest = PartStore.digest(file);
        PartStore parts = new PartStore(folder.resolve("images"));
        parts.put(digest, 0, 5, new byte[] {9, 9});
        parts.put(digest, 0, 5, new byte[] {1, 2});
        assertThat(parts.has(digest)).isFalse();
        assertThatThrownBy(() -> parts.put(digest, 3, 5, new byte[] {4, 5}))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("does not fit behind 2");
        parts.put(digest, 2, 5, new byte[] {3, 4, 5});
        assertThat(parts.file(digest)).hasBinaryContent(new byte[] {1, 2, 3, 4, 5});

        ImageDigest other = new ImageDigest("0".repeat(64));
        assertThatThrownBy(() -> parts.put(other, 0, 1, new byte[] {1}))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("the file's digest is");
        assertThat(parts.has(other)).isFalse();
        parts.keepOnly(Set.of(digest));
        assertThat(parts.has(digest)).isTrue();
        parts.keepOnly(Set.of());
        assertThat(folder.resolve("images")).isEmptyDirectory();
    }
}
