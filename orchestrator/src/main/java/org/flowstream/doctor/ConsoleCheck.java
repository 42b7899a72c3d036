package org.flowstream.doctor;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether the files of machines' consoles end somewhere. A guest says at most 4 KiB a second, which would be 350 MB a day;
 * virtlogd moves a file away at its limit and keeps a few, unless it, or libvirt, is told otherwise.
 */
public record ConsoleCheck(Root root) implements Check {
    private static final String ID = "console";
    private static final String QEMU = "/etc/libvirt/qemu.conf";
    private static final String VIRTLOGD = "/etc/libvirt/virtlogd.conf";
    private static final String EFFECT = "machines that start from then on have consoles of at most 8 MiB";

    @Override
    public List<Finding> look() {
        if (set(QEMU, "stdio_handler").filter("file"::equals).isPresent()) {
            return List.of(endless(
                    QEMU + " has stdio_handler = \"file\"", "take that line out of " + QEMU + " and restart libvirtd"));
        }
        if (set(VIRTLOGD, "max_size").filter("0"::equals).isPresent()) {
            return List.of(endless(
                    VIRTLOGD + " has max_size = 0", "take that line out of " + VIRTLOGD + " and reload virtlogd"));
        }
        return List.of(Finding.ok(ID, "virtlogd bounds the machines' console files"));
    }

    private static Finding endless(String why, String advice) {
        return Finding.warning(
                ID, why + ": a machine's console file may grow by 350 MB a day", Cure.advice(advice, EFFECT));
    }

    /** What a setting of libvirt's says; empty where it is not made. */
    private Optional<String> set(String file, String name) {
        Pattern line = Pattern.compile("\\s*" + name + "\\s*=\\s*\"?([^\"\\s]*)\"?\\s*(#.*)?");
        return root.lines(file).stream()
                .map(line::matcher)
                .filter(Matcher::matches)
                .map(found -> found.group(1))
                .reduce((first, second) -> second);
    }
}
