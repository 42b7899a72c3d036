package org.flowstream.libvirt;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What libvirt's capabilities say of QEMU: its user and group (the base label of the security model {@code dac}), and
 * whether it can use KVM.
 */
final class QemuUser {
    private static final Pattern DAC = Pattern.compile(
            "<model>dac</model>.*?<baselabel type='qemu'>(\\+\\d+:\\+\\d+)</baselabel>", Pattern.DOTALL);

    private static final Pattern KVM =
            Pattern.compile("<arch name='x86_64'>(?:(?!</arch>).)*<domain type='kvm'", Pattern.DOTALL);

    private QemuUser() {}

    static boolean offersKvm(String capabilities) {
        return KVM.matcher(capabilities).find();
    }

    /** {@code +UID:+GID}; empty where libvirt runs QEMU as itself (test:///, session). */
    static Optional<String> label(String capabilities) {
        Matcher matcher = DAC.matcher(capabilities);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
