package org.flowstream.qemutests;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Disks of the user's own: a machine boots from a copy of its own, finds its seed, and leaves neither. Needs qemu-img. */
class DiskTest {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int SECTOR = 512;

    /**
     * A boot sector (16 bits, at 0x7c00): clears DS and the direction flag, sends the text behind it to the first serial
     * port, byte by byte up to a NUL, and halts.
     */
    private static final String CODE = "31c0 8ed8 fc ba f803 be 167c ac 84c0 7403 ee ebf8 f4 ebfd";

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    private static byte[] bootSector() {
        ByteBuffer sector = ByteBuffer.allocate(SECTOR);
        sector.put(HexFormat.of().parseHex(CODE.replace(" ", ""))).put("READY from the disk\r\n\0".getBytes(US_ASCII));
        return sector.put(SECTOR - 2, (byte) 0x55).put(SECTOR - 1, (byte) 0xaa).array();
    }

    private static String template(String name) throws IOException {
        String template = OwnTemplate.write(
                LAB.platform().home(),
                name,
                "{\"disk\": {\"file\": \"disk.qcow2\", \"seed\": {\"user-data\": \"user-data\"}}}",
                "",
                Map.of("user-data", "#cloud-config\n"));
        Path raw = Path.of(template, "disk.raw");
        Files.write(raw, Arrays.copyOf(bootSector(), 2 << 20));
        Command.of("qemu-img", "convert", "-O", "qcow2", "-f", "raw", raw.toString(), template + "/disk.qcow2")
                .output();
        return template;
    }

    private static List<String> disks() {
        try (Stream<Path> files = Files.list(LAB.platform().home().resolve("state/disks"))) {
            return files.map(file -> file.getFileName().toString().replaceFirst("^[^.]*", ""))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aMachineBootsFromADiskOfItsOwnAndLeavesNone() throws IOException {
        String template = template("tiny");
        try (Middlebox tiny = Middlebox.between(LAB, template, "tiny")) {
            assertThat(tiny.inspect().path("guest").asText()).isEqualTo("disk");
            Wait.until(
                    "the guest to print",
                    BOUND,
                    () -> LAB.flowstream("logs", "tiny").ok().out().contains("READY from the disk"));
            assertThat(disks()).containsExactly(".qcow2", ".seed");
        }
        assertThat(disks()).isEmpty();
    }

    @Test
    void aDiskThatIsCutShortIsRefused() throws IOException {
        String template = template("short");
        Path disk = Path.of(template, "disk.qcow2");
        byte[] whole = Files.readAllBytes(disk);
        Files.write(disk, Arrays.copyOf(whole, whole.length - (64 << 10)));
        Command.Result result = LAB.flowstream("run", template, "--name", "d", "--between", LAB.between());
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("disk.qcow2").contains("cut short or damaged");
        Files.writeString(disk, "no disk");
        assertThat(LAB.flowstream("run", template, "--name", "d", "--between", LAB.between())
                        .err())
                .contains("it is no qcow2 file");
    }
}
