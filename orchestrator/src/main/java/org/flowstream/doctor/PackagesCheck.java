package org.flowstream.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Whether the programs and files that machines need are installed, by what Debian 12 calls their packages. */
public record PackagesCheck(Root root) implements Check {
    private static final Map<String, String> NEEDED = new TreeMap<>(Map.of(
            "/usr/bin/qemu-system-x86_64", "qemu-system-x86",
            "/usr/share/qemu/qboot.rom", "qemu-system-data",
            "/usr/sbin/libvirtd", "libvirt-daemon",
            "/etc/libvirt/qemu.conf", "libvirt-daemon-system",
            "/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so", "libvirt-daemon-driver-qemu",
            "/usr/sbin/ovs-vswitchd", "openvswitch-switch",
            "/usr/sbin/ethtool", "ethtool",
            "/sbin/ip", "iproute2"));

    @Override
    public List<Finding> look() {
        TreeSet<String> missing = new TreeSet<>();
        NEEDED.forEach((file, name) -> {
            if (!root.has(file)) {
                missing.add(name);
            }
        });
        if (missing.isEmpty()) {
            return List.of(Finding.ok("packages", "all packages that machines need are installed"));
        }
        List<String> install = new ArrayList<>(List.of("apt-get", "install", "-y", "--no-install-recommends"));
        install.addAll(missing);
        return List.of(Finding.fault(
                "packages",
                "not installed: " + String.join(", ", missing),
                Cure.commands(
                        "installs these packages and what they need; where systemd runs, it starts their daemons",
                        List.of(install))));
    }
}
