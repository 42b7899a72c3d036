package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.flowstream.image.Image;
import org.flowstream.image.ImageFile;
import org.flowstream.image.ImageStore;
import org.flowstream.model.ImageDigest;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What runs is what was built: the digest that a guest reads in its own memory is the file's, as {@code sha256sum} says it,
 * and a file of which one bit is another is neither started nor taken by a machine that runs.
 */
class DigestTest {
    private static final int DIGEST = 32;
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String CHANGED = "was changed after it was built";

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    @TempDir
    private Path folder;

    private static void assumeHere(String hypervisor) {
        assumeTrue(
                !hypervisor.equals("kvm") || Files.isReadable(Path.of("/dev/kvm")),
                "skipped: there is no /dev/kvm to run a machine by");
    }

    private static Path file(ImageDigest digest) {
        return new ImageStore(LAB.platform().home().resolve("state/images")).file(digest);
    }

    private static void flip(Path image) throws IOException {
        byte[] bytes = Files.readAllBytes(image);
        bytes[bytes.length / 3] ^= 1;
        Files.write(image, bytes);
    }

    /** As {@code image inspect} says that it is made: of the file without its last 32 bytes. */
    private String sum(Path image) throws IOException {
        byte[] bytes = Files.readAllBytes(image);
        Path rest = Files.write(folder.resolve("rest"), Arrays.copyOf(bytes, bytes.length - DIGEST));
        return Command.of("sha256sum", rest.toString()).run().ok().out().split(" ", 2)[0];
    }

    @ParameterizedTest
    @ValueSource(strings = {"qemu", "kvm", "process"})
    void theDigestInsideIsTheFiles(String hypervisor) throws IOException {
        assumeHere(hypervisor);
        try (Middlebox box = Middlebox.between(LAB, "firewall", "fw", "--hypervisor", hypervisor)) {
            String inside = box.read("digest");
            assertThat(box.inspect().path("image").asText()).isEqualTo("sha256:" + inside);
            Path file = file(ImageDigest.parse("sha256:" + inside));
            assertThat(sum(file)).isEqualTo(inside);
            assertThat(LAB.flowstream("image", "inspect", file.toString()).ok().out())
                    .contains("sha256:" + inside);
            assertThat(LAB.flowstream("logs", "fw").ok().out()).contains("READY digest=" + inside);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qemu", "kvm", "process"})
    void oneWrongBitIsNotStarted(String hypervisor) throws IOException {
        assumeHere(hypervisor);
        try (Middlebox box = Middlebox.between(LAB, "firewall", "fw", "--hypervisor", hypervisor)) {
            Path file = file(ImageDigest.parse("sha256:" + box.read("digest")));
            LAB.flowstream("stop", "fw").ok();
            flip(file);
            Command.Result refused = LAB.flowstream("start", "fw", "--timeout", "5");
            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.err()).contains(CHANGED);
            assertThat(box.state()).isNotEqualTo("ready");
            flip(file);
            LAB.flowstream("start", "fw").ok();
            assertThat(box.state()).isEqualTo("ready");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qemu", "kvm", "process"})
    void oneWrongBitIsNotTakenByWhatRuns(String hypervisor) throws IOException {
        assumeHere(hypervisor);
        try (Middlebox box = Middlebox.between(LAB, "firewall", "fw", "--hypervisor", hypervisor)) {
            String before = box.read("digest");
            Path built = folder.resolve("next.elf");
            LAB.flowstream("image", "build", "firewall", "-o", built.toString(), "-p", "rules=allow udp")
                    .ok();
            Image next = ImageFile.read(built);
            new ImageStore(LAB.platform().home().resolve("state/images")).put(next);
            flip(file(next.digest()));
            Declared.image(LAB, "fw", next.digest());
            Wait.until(
                    "the refusal",
                    BOUND,
                    () -> LAB.flowstream("events").ok().out().contains(CHANGED));
            assertThat(box.read("digest")).isEqualTo(before);
            flip(file(next.digest()));
            Wait.until(
                    "the new image",
                    BOUND,
                    () -> box.read("digest").equals(next.digest().hex()));
        }
    }
}
