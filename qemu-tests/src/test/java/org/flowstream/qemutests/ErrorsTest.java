package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is asked wrongly, or cannot be done: one clear line that names the cure, status 1 or 2, and nothing made. */
class ErrorsTest {
    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    private static void fails(int status, String says, String... arguments) {
        fails(LAB.platform(), status, says, arguments);
    }

    private static void fails(Platform platform, int status, String says, String... arguments) {
        Command.Result result = platform.flowstream(arguments);
        assertThat(result.all()).as(result.what()).contains(says);
        assertThat(result.status()).as(result.what()).isEqualTo(status);
        assertThat(result.all()).doesNotContain("Exception").doesNotContain("\tat ");
    }

    @Test
    void aNameThatIsTakenIsRefused() {
        try (Middlebox wire = Middlebox.between(LAB, "wire", "taken")) {
            assertThat(wire.state()).isEqualTo("ready");
            fails(1, "taken", "run", "wire", "--name", "taken", "--between", LAB.between());
            assertThat(wire.state()).isEqualTo("ready");
        }
    }

    @Test
    void aBridgeThatIsNotThereIsNamed() {
        fails(1, "nosuchbridge", "run", "wire", "--name", "w", "--between", LAB.between(), "--bridge", "nosuchbridge");
        assertThat(LAB.flowstream("ps").ok().out()).doesNotContain("nosuchbridge");
    }

    @Test
    void aPortThatIsNotThereIsNamed() {
        fails(
                1,
                "nosuchport",
                "run",
                "wire",
                "--name",
                "w",
                "--between",
                "nosuchport:" + LAB.server().port());
    }

    @Test
    void aTemplateThatIsNotThereSuggestsTheNearest() {
        fails(1, "firewall", "run", "firewal", "--name", "w", "--between", LAB.between());
    }

    @Test
    void aParameterThatIsWrongIsNamedAndNothingIsMade() {
        fails(1, "allwo", "run", "firewall", "--name", "w", "--between", LAB.between(), "-p", "rules=allwo all");
    }

    @Test
    void anUnknownOptionIsAUsageError() {
        fails(2, "--nmae", "run", "wire", "--name", "w", "--nmae", "x");
    }

    /** What a daemon of its own says to {@code run}: one line and its cure; nothing is made, no image kept. */
    private static void isRefusedWithACure(Platform platform, String says, String cure, String... options) {
        List<String> run =
                new ArrayList<>(List.of("run", "wire", "--name", "w", "--between", "left:right", "--bridge", "none"));
        run.addAll(List.of(options));
        Command.Result result = platform.flowstream(run.toArray(String[]::new));
        assertThat(result.status()).as(result.all()).isEqualTo(1);
        assertThat(result.err().lines().filter(line -> !line.startsWith(" ✓")).toList())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("flowstream: ").contains(says),
                        line -> assertThat(line).isEqualTo("  cure: " + cure));
        assertThat(platform.flowstream("image", "ls", "--output", "json")
                        .ok()
                        .out()
                        .strip())
                .isEqualTo("[ ]");
    }

    @Test
    void withoutLibvirtTheCureIsToStartIt() {
        String none = "qemu+unix:///system?socket=/tmp/flowstream-no-libvirt.sock";
        try (Platform without = Platform.start(
                Map.of("FLOWSTREAM_LIBVIRT", none, "FLOWSTREAM_BRIDGE", Platform.bridge() + "x"), List.of())) {
            isRefusedWithACure(without, "libvirt does not answer at " + none, "flowstream doctor --fix libvirt");
        }
    }

    /** The daemon sees a /dev/kvm that QEMU's user may not open; the host's own stays as it is. */
    @Test
    void aClosedKvmIsNamedWithItsCure() throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/kvm")), "no /dev/kvm to close");
        Path closed = Files.createTempFile("flowstream-kvm", "");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rw-------"));
        List<String> within = List.of(
                "unshare", "--mount", "sh", "-c", "mount --bind \"$0\" /dev/kvm && exec \"$@\"", closed.toString());
        try (Platform platform = Platform.start(Map.of("FLOWSTREAM_BRIDGE", Platform.bridge() + "x"), within)) {
            isRefusedWithACure(
                    platform,
                    "/dev/kvm is closed to QEMU's user",
                    "flowstream doctor --fix kvm, or run with --hypervisor qemu",
                    "--hypervisor",
                    "kvm");
        } finally {
            Files.deleteIfExists(closed);
        }
    }
}
