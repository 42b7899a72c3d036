package org.flowstream.domain;

import java.nio.file.Path;
import org.flowstream.model.Accelerator;
import org.flowstream.model.BridgeName;
import org.flowstream.model.MachineSpec;

/**
 * The libvirt domain of a machine on Xen: PVH, with the image as its kernel, no QEMU beside it, and one console for all
 * that it says.
 *
 * <p>A device is a vif, which Xen makes with the domain and gives the name of our tap; its script puts it on the bridge,
 * and takes it away with the domain. The guest finds its devices in xenstore by their order here. A panic ends the domain
 * as a crash. A triple fault is, to Xen, a wish to be started anew, which is not granted: the domain ends like one that
 * powered off, but without a last word.
 */
public final class XenDomainXml {
    private XenDomainXml() {}

    /**
     * The XML for {@code virDomainCreateXML}.
     *
     * @param image where the image is on the machine's host, which need not be ours
     * @param bridge of Open vSwitch, which the devices get ports of
     */
    public static String render(MachineSpec machine, Places places, Path image, BridgeName bridge) {
        Xml xml = new Xml();
        xml.element(
                "domain",
                domain -> {
                    domain.text("name", DomainMetadata.domainName(places.installation(), machine.name()));
                    domain.element(
                            "metadata", DomainMetadata.of(places.installation(), machine, Accelerator.XEN)::render);
                    domain.text("memory", machine.memoryMib(), "unit", "MiB");
                    domain.text("vcpu", machine.vcpus());
                    domain.element("os", os -> {
                        os.text("type", "xenpvh", "arch", "x86_64", "machine", "xenpvh");
                        os.text("kernel", image);
                    });
                    domain.text("on_poweroff", "destroy");
                    domain.text("on_reboot", "destroy");
                    domain.text("on_crash", "destroy");
                    domain.element("devices", devices -> {
                        machine.devices().forEach(device -> vif(devices, device, bridge));
                        devices.element(
                                "console", console -> console.empty("target", "type", "xen", "port", 0), "type", "pty");
                    });
                },
                "type",
                Accelerator.XEN);
        return xml.toString();
    }

    private static void vif(Xml devices, MachineSpec.Device device, BridgeName bridge) {
        devices.element(
                "interface",
                vif -> {
                    vif.empty("mac", "address", device.mac());
                    vif.empty("source", "bridge", bridge);
                    // By this libvirt chooses Xen's script vif-openvswitch.
                    vif.empty("virtualport", "type", "openvswitch");
                    vif.empty("target", "dev", device.tap());
                },
                "type",
                "bridge");
    }
}
