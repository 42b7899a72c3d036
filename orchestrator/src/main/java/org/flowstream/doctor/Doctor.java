package org.flowstream.doctor;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.flowstream.host.Program;

/** All checks, and the carrying out of one cure. */
public final class Doctor {
    /** Installing packages takes the longest. */
    private static final Duration LONGEST_CURE = Duration.ofMinutes(10);

    private final List<Check> checks;

    public Doctor(List<Check> checks) {
        this.checks = List.copyOf(checks);
    }

    /** The checks of this host. */
    public static Doctor ofHost(String libvirtUri, String switchDatabase) {
        Root root = Root.ofHost();
        return new Doctor(List.of(
                new PackagesCheck(root),
                new LibvirtCheck(root, libvirtUri),
                new KvmCheck(root),
                new ProcessCheck(root),
                new ConsoleCheck(root),
                new ReaperCheck(root, new ReaperCheck.ProcessTable(root.file("/proc"))),
                new SwitchCheck(root, switchDatabase),
                new PortsCheck(root, switchDatabase),
                new MemoryCheck(root)));
    }

    public List<Finding> look() {
        return checks.stream().flatMap(check -> check.look().stream()).toList();
    }

    /**
     * Carries out a cure's commands in order, and stops at the first that fails.
     *
     * @throws IOException naming the command that could not be run or failed, and what it said
     */
    public static void apply(Cure cure) throws IOException {
        for (List<String> argv : cure.commands()) {
            Program.Output output = Program.run(argv, LONGEST_CURE);
            if (!output.ok()) {
                throw new IOException(String.join(" ", argv) + ": " + output.complaint());
            }
        }
    }
}
