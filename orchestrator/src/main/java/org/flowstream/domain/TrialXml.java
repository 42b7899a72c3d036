package org.flowstream.domain;

import org.flowstream.model.Accelerator;

/** The libvirt domain of a machine for packet tests: as {@link DomainXml} makes it, but for where frames go. */
public final class TrialXml {
    private static final String LOOPBACK = "127.0.0.1";

    private TrialXml() {}

    /** The XML for {@code virDomainCreateXML}. */
    public static String render(TrialSpec machine, Accelerator accelerator, HypervisorHost host) {
        Xml xml = new Xml();
        DomainParts.domain(xml, accelerator, host, domain -> content(domain, machine, accelerator, host));
        return xml.toString();
    }

    private static void content(Xml xml, TrialSpec machine, Accelerator accelerator, HypervisorHost host) {
        xml.text("name", machine.name());
        xml.text("memory", machine.memoryMib(), "unit", "MiB");
        xml.text("vcpu", 1);
        xml.element("os", os -> {
            DomainParts.boot(os, host, machine.image());
            os.text("cmdline", machine.commandLine());
        });
        xml.element("features", features -> features.empty("acpi"));
        DomainParts.processor(xml, accelerator);
        xml.text("on_poweroff", "destroy");
        xml.text("on_reboot", "destroy");
        xml.text("on_crash", "destroy");
        xml.element("devices", devices -> {
            DomainParts.controllers(devices, accelerator, host);
            for (int i = 0; i < machine.devices().size(); i++) {
                network(devices, i, machine.devices().get(i));
            }
            devices.element(
                    "serial",
                    serial -> serial.empty("source", "path", machine.console(), "append", "on"),
                    "type",
                    "file");
            DomainParts.channel(
                    devices, DomainXml.CONTROL_PORT, machine.control().toString());
            devices.empty("memballoon", "model", "none");
            devices.empty("panic", "model", "isa");
        });
        DomainParts.ending(xml, host);
    }

    private static void network(Xml devices, int index, TrialSpec.Device device) {
        devices.element(
                "interface",
                network -> {
                    network.empty("mac", "address", device.mac());
                    network.element(
                            "source",
                            source -> source.empty("local", "address", LOOPBACK, "port", device.port()),
                            "address",
                            LOOPBACK,
                            "port",
                            device.peer());
                    network.empty("model", "type", "virtio");
                    network.empty("rom", "enabled", "no");
                    DomainParts.deviceSlot(network, index);
                },
                "type",
                "udp");
    }
}
