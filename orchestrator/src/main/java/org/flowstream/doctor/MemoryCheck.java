package org.flowstream.doctor;

import java.util.List;

/** Whether there is memory for machines. One of 8 MiB costs the host about 20 MiB, QEMU included. */
public record MemoryCheck(Root root) implements Check {
    private static final String ID = "memory";
    private static final long MACHINE_MIB = 20;
    private static final long LEAST_MIB = 256;

    @Override
    public List<Finding> look() {
        long free = root.lines("/proc/meminfo").stream()
                .filter(line -> line.startsWith("MemAvailable:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElse(-1);
        if (free < 0) {
            return List.of(Finding.note(ID, "the kernel does not say how much memory is free"));
        }
        String text = free + " MiB of memory are free: room for about " + free / MACHINE_MIB + " machines";
        return List.of(
                free >= LEAST_MIB
                        ? Finding.ok(ID, text)
                        : Finding.warning(
                                ID,
                                text,
                                Cure.advice("free some memory, or run fewer machines", "none on running machines")));
    }
}
