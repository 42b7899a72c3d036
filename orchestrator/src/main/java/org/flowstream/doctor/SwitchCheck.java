package org.flowstream.doctor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.host.Program;

/** Whether Open vSwitch answers, and which datapath it has. */
public record SwitchCheck(Root root, String database) implements Check {
    private static final String ID = "openvswitch";

    @Override
    public List<Finding> look() {
        try {
            Program.Output version = Program.run(
                    List.of("ovs-vsctl", "--db=" + database, "--timeout=5", "get", "Open_vSwitch", ".", "ovs_version"));
            if (!version.ok()) {
                return List.of(
                        Finding.fault(ID, "the switch database " + database + ": " + version.complaint(), cure()));
            }
            Program.Output running = Program.run(List.of("ovs-appctl", "--timeout=5", "-t", "ovs-vswitchd", "version"));
            if (!running.ok()) {
                return List.of(Finding.fault(ID, "ovs-vswitchd does not answer: " + running.complaint(), cure()));
            }
            List<Finding> found = new ArrayList<>();
            String words = running.out().lines().findFirst().orElse("").replaceAll(".* ", "");
            boolean kernel = root.has("/sys/module/openvswitch");
            found.add(Finding.ok(
                    ID, words + ", " + (kernel ? "kernel datapath" : "userspace datapath (no kernel module here)")));
            return found;
        } catch (IOException e) {
            return List.of(Finding.fault(ID, "Open vSwitch cannot be asked: " + e.getMessage(), cure()));
        }
    }

    private Cure cure() {
        if (root.has("/run/systemd/system")) {
            return Cure.commands(
                    "Open vSwitch runs until it is stopped, with the bridges its database names",
                    List.of(List.of("systemctl", "start", "openvswitch-switch")));
        }
        return Cure.commands(
                "Open vSwitch runs until it is stopped, with the bridges its database names; makes the database and a"
                        + " system id when there are none",
                List.of(List.of("/usr/share/openvswitch/scripts/ovs-ctl", "start", "--system-id=random")));
    }
}
