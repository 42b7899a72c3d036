package org.flowstream.domain;

import java.nio.file.Path;
import org.flowstream.model.Accelerator;
import org.flowstream.model.MachineSpec;

/**
 * The libvirt domain of a machine: QEMU's {@code pc} with the host's firmware and the image as its kernel, and no device but those
 * that the guest drives.
 *
 * <p>The guest's devices are found by their PCI slots: device {@code n} is in slot {@code 2 + n}, virtio-serial in
 * {@value DomainParts#SERIAL_SLOT}. A panic ends the domain at once, so that its taps lose carrier and the failure policy
 * acts; the reason is in libvirt's event and in the console's last line.
 */
public final class DomainXml {
    /** Ports of virtio-serial, by which the guest opens them. */
    public static final String CONTROL_PORT = "org.flowstream.control.0";

    public static final String HEALTH_PORT = "org.flowstream.health.0";

    /** The least pause that a machine which used up its quota makes is a part of it: short, for packets wait. */
    private static final int QUOTA_PERIOD_US = 10_000;

    private final MachineSpec machine;
    private final Boot boot;
    private final Accelerator accelerator;
    private final Places places;
    private final HypervisorHost host;

    private DomainXml(MachineSpec machine, Boot boot, Accelerator accelerator, Places places, HypervisorHost host) {
        this.machine = machine;
        this.boot = boot;
        this.accelerator = accelerator;
        this.places = places;
        this.host = host;
    }

    /** The XML for {@code virDomainCreateXML} of a machine of the engine. */
    public static String render(MachineSpec machine, Accelerator accelerator, Places places, HypervisorHost host) {
        return render(machine, new Boot.Engine(places.image(machine.image())), accelerator, places, host);
    }

    /** The XML of a machine that starts with something given. */
    public static String render(
            MachineSpec machine, Boot boot, Accelerator accelerator, Places places, HypervisorHost host) {
        Xml xml = new Xml();
        DomainXml domain = new DomainXml(machine, boot, accelerator, places, host);
        DomainParts.domain(xml, accelerator, host, domain::content);
        return xml.toString();
    }

    private void content(Xml xml) {
        xml.text("name", DomainMetadata.domainName(places.installation(), machine.name()));
        xml.element("metadata", DomainMetadata.of(places.installation(), machine, accelerator)::render);
        xml.text("memory", machine.memoryMib(), "unit", "MiB");
        xml.text("vcpu", machine.vcpus());
        host.cpuQuota()
                .ifPresent(percent -> xml.element("cputune", tune -> {
                    tune.text("global_period", QUOTA_PERIOD_US);
                    tune.text("global_quota", QUOTA_PERIOD_US / 100 * percent);
                }));
        xml.element("os", this::boot);
        // Without acpi there is no power button, no power-off and no PM timer.
        xml.element("features", features -> features.empty("acpi"));
        DomainParts.processor(xml, accelerator);
        xml.text("on_poweroff", "destroy");
        xml.text("on_reboot", "destroy");
        xml.text("on_crash", "destroy");
        xml.element("devices", this::devices);
        DomainParts.ending(xml, host);
    }

    private void boot(Xml os) {
        if (boot instanceof Boot.Engine engine) {
            DomainParts.boot(os, host, engine.image());
        } else if (boot instanceof Boot.Kernel own) {
            os.text("type", "hvm", "arch", "x86_64", "machine", "pc");
            os.text("kernel", own.kernel());
            own.initrd().ifPresent(path -> os.text("initrd", path));
            os.text("cmdline", own.commandLine());
        } else {
            os.text("type", "hvm", "arch", "x86_64", "machine", "pc");
            os.empty("boot", "dev", "hd");
        }
    }

    private void devices(Xml devices) {
        DomainParts.controllers(devices, accelerator, host);
        if (boot instanceof Boot.Disk own) {
            disk(devices, "vda", "qcow2", own.disk(), false);
            own.seed().ifPresent(seed -> disk(devices, "vdb", "raw", seed, true));
        }
        machine.devices().forEach(device -> network(devices, device));
        devices.element(
                "serial",
                serial -> serial.empty("source", "path", places.console(machine.id()), "append", "on"),
                "type",
                "file");
        if (boot instanceof Boot.Engine) {
            DomainParts.channel(
                    devices, CONTROL_PORT, places.control(machine.id()).toString());
            DomainParts.channel(
                    devices, HEALTH_PORT, places.health(machine.id()).toString());
        }
        devices.empty("memballoon", "model", "none");
        devices.empty("panic", "model", "isa");
    }

    private static void disk(Xml devices, String target, String format, Path file, boolean readOnly) {
        devices.element(
                "disk",
                disk -> {
                    disk.empty("driver", "name", "qemu", "type", format);
                    disk.empty("source", "file", file);
                    disk.empty("target", "dev", target, "bus", "virtio");
                    if (readOnly) {
                        disk.empty("readonly");
                    }
                },
                "type",
                "file",
                "device",
                "disk");
    }

    private static void network(Xml devices, MachineSpec.Device device) {
        devices.element(
                "interface",
                network -> {
                    network.empty("mac", "address", device.mac());
                    network.empty("target", "dev", device.tap(), "managed", "no");
                    network.empty("model", "type", "virtio");
                    network.empty("rom", "enabled", "no");
                    DomainParts.deviceSlot(network, device.index());
                },
                "type",
                "ethernet");
    }
}
