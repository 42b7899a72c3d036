package org.flowstream.doctor;

import java.io.IOException;
import java.util.List;
import org.flowstream.host.Program;

/** Whether libvirt answers at the place where machines are to run. */
public record LibvirtCheck(Root root, String uri) implements Check {
    private static final String ID = "libvirt";

    @Override
    public List<Finding> look() {
        try {
            Program.Output version = Program.run(List.of("virsh", "-c", uri, "version", "--daemon"));
            if (version.ok()) {
                String running = version.out()
                        .lines()
                        .filter(line -> line.startsWith("Running against daemon:"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse("");
                return List.of(Finding.ok(ID, "libvirt " + running + " answers at " + uri));
            }
            return List.of(Finding.fault(ID, "libvirt does not answer at " + uri + ": " + version.complaint(), cure()));
        } catch (IOException e) {
            return List.of(Finding.fault(ID, "libvirt cannot be asked: " + e.getMessage(), cure()));
        }
    }

    private Cure cure() {
        if (root.has("/run/systemd/system")) {
            return Cure.commands(
                    "libvirtd runs until it is stopped; its networks and machines marked autostart start too",
                    List.of(List.of("systemctl", "start", "libvirtd")));
        }
        return Cure.commands(
                "virtlogd and libvirtd run until they are stopped; networks and machines marked autostart start too",
                List.of(List.of("virtlogd", "--daemon"), List.of("setsid", "--fork", "tini", "-s", "--", "libvirtd")));
    }
}
