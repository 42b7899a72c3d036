package org.flowstream.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks as QEMU and mtools see them. */
final class DisksTest {
    @TempDir
    private Path folder;

    DisksTest() {}

    private static String run(String... argv) throws IOException {
        Path program = Path.of("/usr/bin", argv[0]);
        if (!Files.isExecutable(program)) {
            System.err.println("skipped: there is no " + program + " (qemu-utils, mtools)");
        }
        assumeTrue(Files.isExecutable(program), "no " + program);
        Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        try {
            assertThat(process.waitFor())
                    .as(String.join(" ", argv) + "\n" + out)
                    .isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return out;
    }

    private Path disk(String... options) throws IOException {
        Path raw = folder.resolve("raw");
        byte[] content = new byte[3 << 20];
        Arrays.fill(content, 1 << 20, 2 << 20, (byte) 7);
        Files.write(raw, content);
        Path disk = folder.resolve("disk.qcow2");
        List<String> argv = new java.util.ArrayList<>(List.of("qemu-img", "convert", "-f", "raw", "-O", "qcow2"));
        argv.addAll(List.of(options));
        argv.addAll(List.of(raw.toString(), disk.toString()));
        run(argv.toArray(String[]::new));
        return disk;
    }

    @Test
    void aDiskThatQemuMakesIsWholeAndOneThatIsCutShortIsNot() throws IOException {
        for (String[] options : new String[][] {{}, {"-c"}, {"-o", "compat=0.10,cluster_size=4096"}}) {
            Path disk = disk(options);
            assertThat(Qcow2.fault(disk)).as(Arrays.toString(options)).isEmpty();
            byte[] bytes = Files.readAllBytes(disk);
            Files.write(disk, Arrays.copyOf(bytes, bytes.length / 4));
            assertThat(Qcow2.fault(disk).orElse(""))
                    .as(Arrays.toString(options))
                    .contains("cut short");
            Files.write(disk, Arrays.copyOf(bytes, 50));
            assertThat(Qcow2.fault(disk).orElse("")).contains("no qcow2 file");
        }
        assertThat(Qcow2.fault(folder.resolve("raw")).orElse("")).contains("no qcow2 file");
    }

    @Test
    void anOverlayIsWhatQemuTakesForAnEmptyOneOnTopOfTheDisk() throws IOException {
        Path disk = disk();
        Path overlay = folder.resolve("overlay.qcow2");
        Files.write(overlay, Qcow2.of(disk).overlay(disk));
        assertThat(run("qemu-img", "check", overlay.toString())).contains("No errors");
        assertThat(run("qemu-img", "info", overlay.toString()))
                .contains("virtual size: 3 MiB")
                .contains("backing file: " + disk)
                .contains("backing file format: qcow2");
        run("qemu-img", "compare", overlay.toString(), disk.toString());
        assertThat(Qcow2.fault(overlay).orElse("")).contains("stands on another file");
    }

    @Test
    void aSeedHasItsLabelAndItsFilesByTheirNames() throws IOException {
        Path seed = folder.resolve("seed");
        byte[] large = "line\n".repeat(5000).getBytes(UTF_8);
        Files.write(
                seed,
                SeedDisk.of(Map.of(
                        "user-data",
                        "#cloud-config\n".getBytes(UTF_8),
                        "meta-data",
                        new byte[0],
                        "network-config",
                        large)));
        assertThat(run("mlabel", "-s", "-i", seed.toString(), "::")).contains("CIDATA");
        assertThat(run("mdir", "-b", "-i", seed.toString(), "::").lines())
                .containsExactlyInAnyOrder("::/user-data", "::/meta-data", "::/network-config");
        assertThat(run("mtype", "-i", seed.toString(), "::/user-data")).isEqualTo("#cloud-config\n");
        assertThat(run("mtype", "-i", seed.toString(), "::/network-config")).isEqualTo(new String(large, UTF_8));
    }
}
