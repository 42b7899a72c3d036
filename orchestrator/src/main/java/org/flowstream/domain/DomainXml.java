package org.flowstream.domain;

import org.flowstream.model.Accelerator;
import org.flowstream.model.MachineSpec;

/**
 * The libvirt domain of a machine: QEMU's {@code pc} with qboot and the image as its kernel, and no device but those
 * that the guest drives.
 *
 * <p>The guest's devices are found by their PCI slots: device {@code n} is in slot {@code 2 + n}, virtio-serial in
 * {@value #SERIAL_SLOT}. A panic ends the domain at once, so that its taps lose carrier and the failure policy acts; the
 * reason is in libvirt's event and in the console's last line.
 */
public final class DomainXml {
    /** Ports of virtio-serial, by which the guest opens them. */
    public static final String CONTROL_PORT = "org.flowstream.control.0";

    public static final String HEALTH_PORT = "org.flowstream.health.0";

    private static final int FIRST_DEVICE_SLOT = 2;
    private static final int SERIAL_SLOT = 16;
    private static final String QEMU_NAMESPACE = "http://libvirt.org/schemas/domain/qemu/1.0";

    private final MachineSpec machine;
    private final Accelerator accelerator;
    private final Places places;
    private final HypervisorHost host;

    private DomainXml(MachineSpec machine, Accelerator accelerator, Places places, HypervisorHost host) {
        this.machine = machine;
        this.accelerator = accelerator;
        this.places = places;
        this.host = host;
    }

    /** The XML for {@code virDomainCreateXML}. */
    public static String render(MachineSpec machine, Accelerator accelerator, Places places, HypervisorHost host) {
        Xml xml = new Xml();
        DomainXml domain = new DomainXml(machine, accelerator, places, host);
        if (host.leanStart()) {
            xml.element("domain", domain::content, "type", accelerator, "xmlns:qemu", QEMU_NAMESPACE);
        } else {
            xml.element("domain", domain::content, "type", accelerator);
        }
        return xml.toString();
    }

    private void content(Xml xml) {
        xml.text("name", DomainMetadata.domainName(places.installation(), machine.name()));
        xml.element("metadata", DomainMetadata.of(places.installation(), machine, accelerator)::render);
        xml.text("memory", machine.memoryMib(), "unit", "MiB");
        xml.text("vcpu", machine.vcpus());
        xml.element("os", this::boot);
        // Without acpi there is no power button, no power-off and no PM timer.
        xml.element("features", features -> features.empty("acpi"));
        if (accelerator == Accelerator.KVM) {
            // The default model asks for MSR 0x10a, which kvm_pvm does not have.
            xml.element(
                    "cpu",
                    cpu -> cpu.text("model", "qemu64", "fallback", "forbid"),
                    "mode",
                    "custom",
                    "match",
                    "exact",
                    "check",
                    "none");
        }
        xml.text("on_poweroff", "destroy");
        xml.text("on_reboot", "destroy");
        xml.text("on_crash", "destroy");
        xml.element("devices", this::devices);
        host.user()
                .ifPresent(user -> xml.element(
                        "seclabel",
                        label -> label.text("label", user),
                        "type",
                        "static",
                        "model",
                        "dac",
                        "relabel",
                        "no"));
        if (host.leanStart()) {
            xml.element(
                    "qemu:capabilities",
                    capabilities -> capabilities.empty("qemu:del", "capability", "cpu-unavailable-features"));
        }
    }

    private void boot(Xml os) {
        os.text("type", "hvm", "arch", "x86_64", "machine", "pc");
        os.text("loader", host.firmware(), "type", "rom");
        os.text("kernel", places.image(machine.image()));
    }

    private void devices(Xml devices) {
        if (accelerator == Accelerator.QEMU) {
            host.emulator().ifPresent(path -> devices.text("emulator", path));
        }
        devices.empty("controller", "type", "usb", "model", "none");
        devices.element(
                "controller", serial -> slot(serial, SERIAL_SLOT), "type", "virtio-serial", "index", 0, "ports", 4);
        machine.devices().forEach(device -> network(devices, device));
        devices.element(
                "serial",
                serial -> serial.empty("source", "path", places.console(machine.id()), "append", "on"),
                "type",
                "file");
        channel(devices, CONTROL_PORT, places.control(machine.id()).toString());
        channel(devices, HEALTH_PORT, places.health(machine.id()).toString());
        devices.empty("memballoon", "model", "none");
        devices.empty("panic", "model", "isa");
    }

    private static void network(Xml devices, MachineSpec.Device device) {
        devices.element(
                "interface",
                network -> {
                    network.empty("mac", "address", device.mac());
                    network.empty("target", "dev", device.tap(), "managed", "no");
                    network.empty("model", "type", "virtio");
                    network.empty("rom", "enabled", "no");
                    slot(network, FIRST_DEVICE_SLOT + device.index());
                },
                "type",
                "ethernet");
    }

    private static void channel(Xml devices, String name, String socket) {
        devices.element(
                "channel",
                channel -> {
                    channel.empty("source", "mode", "bind", "path", socket);
                    channel.empty("target", "type", "virtio", "name", name);
                },
                "type",
                "unix");
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
