package org.flowstream.domain;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.flowstream.model.Accelerator;

/** What the domains of all our machines have in common. */
final class DomainParts {
    static final int SERIAL_SLOT = 16;
    private static final int FIRST_DEVICE_SLOT = 2;
    private static final String QEMU_NAMESPACE = "http://libvirt.org/schemas/domain/qemu/1.0";

    private DomainParts() {}

    static void domain(Xml xml, Accelerator accelerator, HypervisorHost host, Consumer<Xml> content) {
        if (host.leanStart()) {
            xml.element("domain", content, "type", accelerator, "xmlns:qemu", QEMU_NAMESPACE);
        } else {
            xml.element("domain", content, "type", accelerator);
        }
    }

    static void boot(Xml os, HypervisorHost host, Path image) {
        os.text("type", "hvm", "arch", "x86_64", "machine", "pc");
        os.text("loader", host.firmware(), "type", "rom");
        os.text("kernel", image);
    }

    static void processor(Xml domain, Accelerator accelerator) {
        if (accelerator == Accelerator.KVM) {
            // The default model asks for MSR 0x10a, which kvm_pvm does not have.
            domain.element(
                    "cpu",
                    cpu -> cpu.text("model", "qemu64", "fallback", "forbid"),
                    "mode",
                    "custom",
                    "match",
                    "exact",
                    "check",
                    "none");
        }
    }

    /** What comes behind the devices. */
    static void ending(Xml domain, HypervisorHost host) {
        host.user()
                .ifPresent(user -> domain.element(
                        "seclabel",
                        label -> label.text("label", user),
                        "type",
                        "static",
                        "model",
                        "dac",
                        "relabel",
                        "no"));
        if (host.leanStart()) {
            domain.element(
                    "qemu:capabilities",
                    capabilities -> capabilities.empty("qemu:del", "capability", "cpu-unavailable-features"));
        }
    }

    /** What comes before the network devices. */
    static void controllers(Xml devices, Accelerator accelerator, HypervisorHost host) {
        if (accelerator == Accelerator.QEMU) {
            host.emulator().ifPresent(path -> devices.text("emulator", path));
        }
        devices.empty("controller", "type", "usb", "model", "none");
        devices.element(
                "controller", serial -> slot(serial, SERIAL_SLOT), "type", "virtio-serial", "index", 0, "ports", 4);
    }

    static void channel(Xml devices, String name, String socket) {
        devices.element(
                "channel",
                channel -> {
                    channel.empty("source", "mode", "bind", "path", socket);
                    channel.empty("target", "type", "virtio", "name", name);
                },
                "type",
                "unix");
    }

    /** The slot by which the guest counts its network devices. */
    static void deviceSlot(Xml device, int index) {
        slot(device, FIRST_DEVICE_SLOT + index);
    }

    private static void slot(Xml device, int slot) {
        device.empty(
                "address",
                "type",
                "pci",
                "domain",
                "0x0000",
                "bus",
                "0x00",
                "slot",
                String.format("0x%02x", slot),
                "function",
                "0x0");
    }
}
