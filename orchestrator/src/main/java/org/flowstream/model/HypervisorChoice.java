package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Which accelerator a middlebox is to have. */
public enum HypervisorChoice {
    /** Xen where libvirt is Xen's; else KVM where it is usable, else QEMU alone. Never a process: it shares the kernel. */
    AUTO,
    KVM,
    QEMU,
    XEN,
    PROCESS;

    @JsonCreator
    public static HypervisorChoice parse(String text) {
        return Words.parse(HypervisorChoice.class, text);
    }

    /** The accelerator for a new machine; {@code best} is the host's. */
    public Accelerator resolve(Accelerator best) {
        return switch (this) {
            case AUTO -> best;
            case KVM -> Accelerator.KVM;
            case QEMU -> Accelerator.QEMU;
            case XEN -> Accelerator.XEN;
            case PROCESS -> Accelerator.PROCESS;
        };
    }

    /** Whether a machine that runs with this accelerator may stay. */
    public boolean allows(Accelerator running) {
        return this == AUTO ? running != Accelerator.PROCESS : resolve(running) == running;
    }

    @JsonValue
    @Override
    public String toString() {
        return Words.of(this);
    }
}
