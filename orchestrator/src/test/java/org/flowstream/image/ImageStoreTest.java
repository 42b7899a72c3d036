package org.flowstream.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageStoreTest {
    @TempDir
    private Path folder;

    @Test
    void imagesAreFoundByName() throws IOException {
        ImageStore store = new ImageStore(folder.resolve("images"));
        assertThat(store.list().entries()).isEmpty();
        Image one = image("one");
        Image two = image("two");
        Files.setLastModifiedTime(store.put(one), FileTime.from(Instant.ofEpochSecond(1_000)));
        store.put(two);
        assertThat(store.put(one)).isEqualTo(store.file(one.digest()));
        assertThat(store.list().entries().stream().map(it -> it.manifest().template()))
                .containsExactly("two", "one");
        assertThat(store.list().entries().get(1).stored()).isEqualTo(Instant.ofEpochSecond(1_000));
        assertThat(store.list().entries().get(1).size()).isEqualTo(one.size());
        assertThat(store.get(one.digest())).isEqualTo(one);
        assertThat(store.find(two.digest().hex().substring(0, 20))).isEqualTo(two.digest());
        assertThatThrownBy(() -> store.find("")).hasMessage("sha256: begins the names of 2 images: give more digits");
        assertThatThrownBy(() -> store.find("ffff")).hasMessageStartingWith("there is no image sha256:ffff in ");
        assertThat(store.remove(one.digest())).isTrue();
        assertThat(store.remove(one.digest())).isFalse();
        assertThatThrownBy(() -> store.get(one.digest())).hasMessageStartingWith("there is no image " + one.digest());
    }

    @Test
    void onlyWholeFilesStay() throws IOException {
        ImageStore store = new ImageStore(folder);
        Path stale = Files.writeString(folder.resolve(".123" + WholeFile.UNFINISHED), "x");
        Files.setLastModifiedTime(stale, FileTime.from(Instant.now().minusSeconds(3_600)));
        Path fresh = Files.writeString(folder.resolve(".124" + WholeFile.UNFINISHED), "x");
        Path file = store.put(image("one"));
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(file, fresh);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void aBrokenFileIsNamedAndReplaced() throws IOException {
        ImageStore store = new ImageStore(folder);
        Image one = image("one");
        Files.writeString(store.file(one.digest()), "half");
        assertThat(store.list().entries()).isEmpty();
        assertThat(store.list().unreadable()).containsExactly(store.file(one.digest()) + " is not an ELF file");
        store.put(one);
        assertThat(store.list().unreadable()).isEmpty();
        byte[] bytes = Files.readAllBytes(store.file(one.digest()));
        bytes[bytes.length / 2] ^= 1;
        Files.write(store.file(one.digest()), bytes);
        assertThatThrownBy(() -> store.get(one.digest())).hasMessageContaining("was changed after it was built");
        store.put(one);
        assertThat(store.get(one.digest())).isEqualTo(one);
        Files.move(store.file(one.digest()), store.file(image("two").digest()));
        assertThat(store.list().unreadable().toString()).contains("is another image: " + one.digest());
    }

    @Test
    void aFileThatChangedSinceItWasVerifiedIsReadAgain() throws IOException {
        ImageStore store = new ImageStore(folder);
        Image one = image("one");
        Path file = store.put(one);
        store.verify(one.digest());
        store.verify(one.digest());
        byte[] bytes = Files.readAllBytes(file);
        FileTime time = Files.getLastModifiedTime(file);
        bytes[bytes.length - 100] ^= 1;
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, time);
        assertThatThrownBy(() -> store.verify(one.digest())).isInstanceOf(ImageException.class);

        Files.delete(file);
        assertThatThrownBy(() -> store.verify(one.digest())).hasMessageContaining("there is no image");
        Files.copy(store.put(image("two")), file);
        assertThatThrownBy(() -> store.verify(one.digest())).hasMessageContaining("is another image");
    }

    @Test
    void aFolderThatCannotBeMadeIsAClearError() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> new ImageStore(file.resolve("images")).put(image("one")))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("cannot put the image into " + file);
    }

    private static Image image(String template) {
        return new ImageBuilder(SmallRuntime.runtime()).build("blob".getBytes(UTF_8), SmallRuntime.manifest(template));
    }
}
