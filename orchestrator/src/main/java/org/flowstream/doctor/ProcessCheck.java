package org.flowstream.doctor;

import java.util.List;

/** Whether middleboxes can be processes here: the kernel has taps, and filters of system calls. */
public record ProcessCheck(Root root) implements Check {
    private static final String ID = "process";
    private static final String TUN = "/dev/net/tun";
    private static final String FILTERS = "/proc/sys/kernel/seccomp/actions_avail";

    @Override
    public List<Finding> look() {
        if (!root.has(TUN)) {
            return List.of(Finding.fault(
                    ID,
                    "there is no " + TUN + ": neither machines nor processes get devices",
                    Cure.commands(
                            "loads a module of the kernel, until the next boot", List.of(List.of("modprobe", "tun")))));
        }
        boolean filters = root.lines(FILTERS).stream()
                .anyMatch(line -> List.of(line.split(" ")).contains("trap"));
        return List.of(
                filters
                        ? Finding.ok(
                                ID, "middleboxes can be processes: the kernel confines them (--hypervisor process)")
                        : Finding.note(
                                ID, "the kernel cannot filter system calls: --hypervisor process does not start"));
    }
}
