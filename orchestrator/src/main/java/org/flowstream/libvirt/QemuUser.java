package org.flowstream.libvirt;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** QEMU's user and group, out of libvirt's capabilities: the base label of the security model {@code dac}. */
final class QemuUser {
    private static final Pattern DAC = Pattern.compile(
            "<model>dac</model>.*?<baselabel type='qemu'>(\\+\\d+:\\+\\d+)</baselabel>", Pattern.DOTALL);

    private QemuUser() {}

    /** {@code +UID:+GID}; empty where libvirt runs QEMU as itself (test:///, session). */
    static Optional<String> label(String capabilities) {
        Matcher matcher = DAC.matcher(capabilities);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
