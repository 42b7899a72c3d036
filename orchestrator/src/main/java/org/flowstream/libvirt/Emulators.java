package org.flowstream.libvirt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The QEMU processes of this host, known by the name that libvirt gives each as an argument. Safe for all threads. */
final class Emulators {
    private static final long PAGE_KIB = 4;
    private static final long TICK_NANOS = 10_000_000;
    private static final int UTIME = 11;
    private static final int STIME = 12;
    private static final int RSS = 21;
    static final Cost NOTHING = new Cost(0, 0);

    private final Map<String, Long> numbers = new ConcurrentHashMap<>();

    /** Kills the QEMU of a domain; none is no error. */
    void kill(String domain) {
        find(domain).flatMap(ProcessHandle::of).ifPresent(ProcessHandle::destroyForcibly);
    }

    /**
     * What a QEMU takes of the host.
     *
     * @param cpuNanos since it began
     */
    record Cost(long cpuNanos, long residentKib) {}

    /** What a domain's QEMU takes, asked of the kernel; nothing where it has none here. */
    Cost cost(String domain) {
        return find(domain).map(Emulators::cost).orElse(NOTHING);
    }

    /** By proc(5); the fields of stat are counted from behind the name, which may hold anything. */
    private static Cost cost(long process) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long ticks = Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME]);
            return new Cost(ticks * TICK_NANOS, Long.parseLong(fields[RSS]) * PAGE_KIB);
        } catch (IOException e) {
            return NOTHING; // it has ended meanwhile
        }
    }

    private Optional<Long> find(String domain) {
        Long known = numbers.get(domain);
        if (known == null || !domain(known).equals(Optional.of(domain))) {
            numbers.clear();
            ProcessHandle.allProcesses()
                    .map(ProcessHandle::pid)
                    .forEach(process -> domain(process).ifPresent(name -> numbers.put(name, process)));
        }
        return Optional.ofNullable(numbers.get(domain));
    }

    /** The domain that a process is the QEMU of. */
    private static Optional<String> domain(long process) {
        List<String> arguments = arguments(process);
        int name = arguments.indexOf("-name") + 1;
        if (name == 0 || name == arguments.size()) {
            return Optional.empty();
        }
        return Arrays.stream(arguments.get(name).split(",", -1))
                .filter(each -> each.startsWith("guest="))
                .map(each -> each.substring("guest=".length()))
                .findFirst();
    }

    private static List<String> arguments(long process) {
        try {
            byte[] line = Files.readAllBytes(Path.of("/proc", Long.toString(process), "cmdline"));
            return List.of(new String(line, StandardCharsets.UTF_8).split("\0", -1));
        } catch (IOException e) {
            return List.of(); // it has ended meanwhile
        }
    }
}
