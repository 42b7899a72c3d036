package org.flowstream.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.flowstream.domain.Places;
import org.flowstream.model.Accelerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What machines run by, on hosts made of a few files. */
final class HypervisorTest {
    @TempDir
    private Path root;

    private Places places() {
        return new Places(root.resolve("state"), root.resolve("run"), root.resolve("log"));
    }

    private void file(String name, String mode, String... lines) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, List.of(lines));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    /** A file of ours stands for /dev/kvm: its owner and group are those of whoever runs the test. */
    private String id(String name) throws IOException {
        return Files.getAttribute(root.resolve("dev/kvm"), "unix:" + name).toString();
    }

    private KvmAccess access(String uid, String gid) {
        return KvmAccess.of(root, Optional.of("+" + uid + ":+" + gid));
    }

    @Test
    void accessFollowsOwnerGroupAndMode() throws IOException {
        file("etc/passwd", "rw-r--r--", "libvirt-qemu:x:64055:64055::/:/bin/false");
        assertThat(access("64055", "64055")).isEqualTo(KvmAccess.NONE);
        file("dev/kvm", "rw-------");
        file("etc/group", "rw-r--r--", "kvm:x:" + id("gid") + ":other");
        assertThat(KvmAccess.of(root, Optional.empty())).as("QEMU as root").isEqualTo(KvmAccess.OPEN);
        assertThat(access(id("uid"), "64055")).as("the owner").isEqualTo(KvmAccess.OPEN);
        assertThat(access("64055", "64055")).isEqualTo(KvmAccess.CLOSED);
        file("dev/kvm", "rw-rw----");
        assertThat(access("64055", id("gid"))).as("its group").isEqualTo(KvmAccess.OPEN);
        assertThat(access("64055", "64055")).as("no member").isEqualTo(KvmAccess.CLOSED);
        file("etc/passwd", "rw-r--r--", "libvirt-qemu:x:64055:" + id("gid") + "::/:/bin/false");
        assertThat(access("64055", "64055"))
                .as("its user's own group, as on Debian")
                .isEqualTo(KvmAccess.OPEN);
        file("etc/passwd", "rw-r--r--", "libvirt-qemu:x:64055:64055::/:/bin/false");
        file("etc/group", "rw-r--r--", "kvm:x:" + id("gid") + ":other,libvirt-qemu");
        assertThat(access("64055", "64055")).as("a member").isEqualTo(KvmAccess.OPEN);
        file("etc/group", "rw-r--r--");
        file("dev/kvm", "rw-rw-rw-");
        assertThat(access("64055", "64055")).as("everyone").isEqualTo(KvmAccess.OPEN);
        file("dev/kvm", "---rw-rw-");
        assertThat(access(id("uid"), "64055")).as("the owner, shut out").isEqualTo(KvmAccess.CLOSED);
    }

    @Test
    void whereKvmIsClosedAScriptOfOursIsTheEmulator() throws IOException {
        Files.createDirectories(places().state());
        file("etc/passwd", "rw-r--r--", "libvirt-qemu:x:64055:64055::/:/bin/false");
        file("etc/group", "rw-r--r--");
        file("dev/kvm", "rw-------");
        Optional<String> user = Optional.of("+64055:+64055");
        Hypervisor without = Hypervisor.of(root, places(), user, () -> true);
        assertThat(without.host().emulator()).as("no QEMU, no script").isEmpty();
        assertThat(without.best()).isEqualTo(Accelerator.QEMU);

        file("usr/bin/qemu-system-x86_64", "rwxr-xr-x", "one");
        file("usr/bin/setpriv", "rwxr-xr-x");
        Path script = Hypervisor.of(root, places(), user, () -> true)
                .host()
                .emulator()
                .orElseThrow();
        assertThat(script).isExecutable().hasParent(places().state());
        assertThat(Files.readString(script))
                .startsWith("#!/bin/sh\n")
                .endsWith("exec /usr/bin/setpriv --inh-caps=-all --ambient-caps=-all"
                        + " /usr/bin/qemu-system-x86_64 \"$@\"\n");
        FileTime first = Files.getLastModifiedTime(script);
        String text = Files.readString(script);
        assertThat(Hypervisor.of(root, places(), user, () -> true).host().emulator())
                .contains(script);
        assertThat(Files.getLastModifiedTime(script)).as("left alone").isEqualTo(first);
        file("usr/bin/qemu-system-x86_64", "rwxr-xr-x", "another, of a newer version");
        assertThat(Hypervisor.of(root, places(), user, () -> true).host().emulator())
                .contains(script);
        assertThat(Files.readString(script)).as("another QEMU, another script").isNotEqualTo(text);
        assertThat(places().state().toFile().list())
                .as("nothing half-made")
                .containsExactlyInAnyOrder("qemu-without-kvm", "flowstream-pvh.rom");
    }

    @Test
    void theFirmwareIsThereWholeAndIsMadeAnewWhenItIsNot() throws IOException {
        Files.createDirectories(places().state());
        Path rom = Hypervisor.of(root, places(), Optional.empty(), () -> true)
                .host()
                .firmware();
        assertThat(rom).hasParent(places().state()).hasSize(64 * 1024);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(rom)))
                .isEqualTo("rw-r--r--");
        byte[] whole = Files.readAllBytes(rom);
        Files.writeString(rom, "half");
        Hypervisor.of(root, places(), Optional.empty(), () -> true);
        assertThat(Files.readAllBytes(rom)).isEqualTo(whole);
    }

    @Test
    void whereKvmIsOpenOrAbsentQemuIsLibvirts() throws IOException {
        Files.createDirectories(places().state());
        Hypervisor none = Hypervisor.of(root, places(), Optional.of("+1:+1"), () -> true);
        assertThat(none.best()).isEqualTo(Accelerator.QEMU);
        assertThat(none.host().emulator()).isEmpty();
        file("dev/kvm", "rw-rw-rw-");
        file("etc/passwd", "rw-r--r--");
        Hypervisor open = Hypervisor.of(root, places(), Optional.of("+1:+1"), () -> true);
        assertThat(open.best()).isEqualTo(Accelerator.KVM);
        assertThat(open.host().emulator()).isEmpty();
        assertThat(open.host().user()).contains("+1:+1");
        Hypervisor broken = Hypervisor.of(root, places(), Optional.of("+1:+1"), () -> false);
        assertThat(broken.best()).as("open, but QEMU cannot use it").isEqualTo(Accelerator.QEMU);
    }
}
