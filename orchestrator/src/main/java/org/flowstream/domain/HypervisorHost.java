package org.flowstream.domain;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What of the host a domain's XML depends on.
 *
 * @param firmware a ROM of QEMU's {@code pc} that starts PVH kernels
 * @param emulator a program to run in place of libvirt's own choice, for domains without KVM
 * @param user QEMU's user and group in the form of libvirt's security labels ({@code +64055:+110}); with it libvirt
 *     leaves the owner of the image's file alone, so that a QEMU gone wrong cannot make it writable
 * @param leanStart whether to spare libvirt's reading of every CPU feature over QMP, 400 questions one after the other
 *     (qemu:///system knows the capability by that name since 6.0): a start then takes 0.13 s instead of 0.4 s
 * @param cpuQuota what a machine may take of one processor, per cent, QEMU's own threads included; empty for no limit, and
 *     where libvirt has no control group for it
 */
public record HypervisorHost(
        Path firmware, Optional<Path> emulator, Optional<String> user, boolean leanStart, Optional<Integer> cpuQuota) {
    private static final Path QBOOT = Path.of("/usr/share/qemu/qboot.rom");

    /** Debian's places and firmware, libvirt's own emulator and user. */
    public static final HypervisorHost PLAIN =
            new HypervisorHost(QBOOT, Optional.empty(), Optional.empty(), true, Optional.empty());

    public HypervisorHost withFirmware(Path rom) {
        return new HypervisorHost(rom, emulator, user, leanStart, cpuQuota);
    }

    public HypervisorHost withEmulator(Path path) {
        return new HypervisorHost(firmware, Optional.of(path), user, leanStart, cpuQuota);
    }

    public HypervisorHost withUser(String label) {
        return new HypervisorHost(firmware, emulator, Optional.of(label), leanStart, cpuQuota);
    }

    public HypervisorHost withCpuQuota(Optional<Integer> percent) {
        return new HypervisorHost(firmware, emulator, user, leanStart, percent);
    }
}
