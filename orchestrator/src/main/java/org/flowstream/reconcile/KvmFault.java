package org.flowstream.reconcile;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.flowstream.libvirt.KvmAccess;

/**
 * Why machines cannot run by KVM on this host.
 *
 * @param cure the command that opens it; empty where there is nothing to open
 */
public record KvmFault(String reason, Optional<String> cure) {
    static Optional<KvmFault> of(KvmAccess access, BooleanSupplier offered) {
        return switch (access) {
            case OPEN ->
                offered.getAsBoolean()
                        ? Optional.empty()
                        : Optional.of(new KvmFault(
                                "QEMU cannot use /dev/kvm, though it may open it (libvirt offers no KVM)",
                                Optional.empty()));
            case NONE -> Optional.of(new KvmFault("this host has no /dev/kvm", Optional.empty()));
            case CLOSED ->
                Optional.of(
                        new KvmFault("/dev/kvm is closed to QEMU's user", Optional.of("flowstream doctor --fix kvm")));
        };
    }
}
