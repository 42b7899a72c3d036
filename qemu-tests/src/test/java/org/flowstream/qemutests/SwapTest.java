package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.flowstream.image.Image;
import org.flowstream.image.ImageFile;
import org.flowstream.image.ImageStore;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A machine whose declared image changes takes it while it runs; one that it refuses leaves the old one. */
@Tag("long")
class SwapTest {
    private static final int PORT = 4010;
    private static final int RATE = 1000;
    private static final Duration STREAM = Duration.ofSeconds(4);
    private static final Duration BOUND = Duration.ofSeconds(60);

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    @TempDir
    private Path folder;

    /** An image in the daemon's store. */
    private Image image(String template, String... options) {
        Path file = folder.resolve("image.elf");
        String[] command = new String[5 + options.length];
        System.arraycopy(new String[] {"image", "build", template, "-o", file.toString()}, 0, command, 0, 5);
        System.arraycopy(options, 0, command, 5, options.length);
        LAB.flowstream(command).ok();
        Image image = ImageFile.read(file);
        new ImageStore(LAB.platform().home().resolve("state/images")).put(image);
        return image;
    }

    @Test
    void theImageChangesUnderTraffic() throws IOException {
        try (Middlebox firewall =
                Middlebox.between(LAB, "firewall", "fw", "-p", "rules=allow udp", "-p", "rules=allow icmp")) {
            long qemu = firewall.qemu();
            Image next = image("firewall", "-p", "rules=allow udp", "-p", "rules=deny all");
            try (Stream stream = Stream.start(LAB.client(), LAB.server(), PORT, RATE, STREAM)) {
                stream.awaitArrivals(100, BOUND);
                Declared.image(LAB, "fw", next.digest());
                Wait.until(
                        "the new image",
                        BOUND,
                        () -> firewall.read("digest").equals(next.digest().hex()));
                Wait.until("ready", BOUND, () -> firewall.state().equals("ready"));
                Stream.Outcome outcome = stream.finish(BOUND);
                assertThat(outcome.lost()).isZero();
                assertThat(outcome.inOrder()).isTrue();
            }
            assertThat(firewall.qemu()).as("the machine ran on").isEqualTo(qemu);
            assertThat(firewall.read("config")).contains("deny all");
            assertThat(LAB.flowstream("events").out())
                    .contains("hot, image " + next.digest().abbreviated());

            // A queue longer than the machine has memory for: it says so, goes on, and is not asked again.
            Path large = folder.resolve("large.click");
            Files.writeString(large, "FromDevice(0) -> Queue(1000000) -> ToDevice(1); FromDevice(1) -> ToDevice(0);");
            Image refused = image(large.toString());
            Declared.image(LAB, "fw", refused.digest());
            Wait.until("the refusal", BOUND, () -> firewall.state().equals("failed"));
            assertThat(firewall.inspect().toString())
                    .contains("configuration-error")
                    .contains("Queue(1000000)");
            assertThat(firewall.read("digest")).isEqualTo(next.digest().hex());
            assertThat(firewall.qemu()).isEqualTo(qemu);
            try (Stream stream = Stream.start(LAB.client(), LAB.server(), PORT, RATE, Duration.ofSeconds(1))) {
                assertThat(stream.finish(BOUND).lost()).isZero();
            }
        }
    }
}
