package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** What runs a middlebox's instructions. Of a machine it is the type of its libvirt domain. */
public enum Accelerator {
    /** The kernel, by /dev/kvm. */
    KVM,
    /** QEMU alone, translating (TCG): everywhere, slower in computation. */
    QEMU,
    /** Xen: the machine is a PVH domain of its own beside dom0, without a QEMU. */
    XEN,
    /** The host's own kernel: the middlebox is a process, not a machine, and libvirt has no part in it. */
    PROCESS;

    @JsonCreator
    public static Accelerator parse(String text) {
        return Words.parse(Accelerator.class, text);
    }

    @JsonValue
    @Override
    public String toString() {
        return Words.of(this);
    }
}
