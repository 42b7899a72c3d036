package org.flowstream.doctor;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether somebody reaps a QEMU that ends. Its parent is gone, so it goes to the nearest subreaper above libvirtd, or to
 * process 1; where that one does not wait for orphans at once, libvirt takes one to two seconds to see a machine's end.
 */
public record ReaperCheck(Root root, ProcessTable processes) implements Check {
    private static final String ID = "reaper";
    private static final Set<String> REAPERS = Set.of("systemd", "init", "tini", "dumb-init", "s6-svscan", "runit");

    @Override
    public List<Finding> look() {
        Optional<Integer> libvirtd = processes.named("libvirtd").or(() -> processes.named("virtqemud"));
        if (libvirtd.isEmpty()) {
            return List.of(Finding.note(ID, "libvirtd does not run: cannot tell who reaps its machines"));
        }
        int process = libvirtd.get();
        while (process > 0) {
            String name = processes.name(process);
            if (REAPERS.contains(name)) {
                return List.of(Finding.ok(ID, name + " reaps machines that end"));
            }
            process = processes.parent(process);
        }
        return List.of(Finding.warning(
                ID,
                "process 1 (" + processes.name(1)
                        + ") is no init: it may reap a machine that ended only after 1 to 2 s,"
                        + " and a restart waits as long",
                Cure.advice(
                        "run libvirtd under a subreaper: tini -s -- libvirtd",
                        "libvirtd has to be started anew; machines go on running meanwhile")));
    }

    /** The processes of a host, as /proc shows them. */
    public record ProcessTable(Path proc) {
        Optional<Integer> named(String name) {
            String[] entries = proc.toFile().list((dir, entry) -> entry.matches("[0-9]+"));
            if (entries == null) {
                return Optional.empty();
            }
            return java.util.Arrays.stream(entries)
                    .map(Integer::valueOf)
                    .filter(process -> name(process).equals(name))
                    .findFirst();
        }

        /** The name, empty when the process is gone. */
        String name(int process) {
            return String.join("", new Root(proc).lines("/" + process + "/comm"));
        }

        /** The parent's id; 0 at the top, or when the process is gone. */
        int parent(int process) {
            return new Root(proc)
                    .lines("/" + process + "/status").stream()
                            .filter(line -> line.startsWith("PPid:"))
                            .map(line -> Integer.valueOf(line.substring(5).strip()))
                            .findFirst()
                            .orElse(0);
        }
    }
}
