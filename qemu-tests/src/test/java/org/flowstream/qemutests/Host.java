package org.flowstream.qemutests;

import java.nio.file.Path;
import java.util.Map;

/**
 * The daemons that a test's daemon works with: the host's, or others beside them.
 *
 * @param tools variables by which virsh and Open vSwitch's tools find them
 * @param settings variables by which our daemon finds them
 * @param libvirtRun libvirt's run folder
 */
record Host(Map<String, String> tools, Map<String, String> settings, Path libvirtRun) {
    /** Those of the host itself, which other tests use at the same time. */
    static final Host SHARED =
            new Host(Map.of("LIBVIRT_DEFAULT_URI", "qemu:///system"), Map.of(), Path.of("/run/libvirt"));

    /** A program that asks them. */
    Command command(String... argv) {
        return Command.of(argv).with(tools);
    }

    /** The number of a domain's QEMU, as libvirt's own file names it. */
    long qemu(String domain) {
        return Proc.number(libvirtRun.resolve("qemu/" + domain + ".pid"));
    }
}
