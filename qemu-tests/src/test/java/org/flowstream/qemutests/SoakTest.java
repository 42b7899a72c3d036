package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Many run and rm, one after the other: the daemon's memory and file descriptors stay flat. The number of cycles is the
 * property {@code soak.cycles} (20 unless told otherwise; 100 is the promise).
 */
class SoakTest {
    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    @Test
    void runAndRmLeaveNothing() {
        int cycles = Integer.getInteger("soak.cycles", 20);
        int warm = Math.max(5, cycles / 5);
        Footprint early = new Footprint(0, 0);
        for (int cycle = 1; cycle <= cycles; cycle++) {
            try (Middlebox wire = Middlebox.between(LAB, "wire", "soak")) {
                assertThat(wire.name()).isEqualTo("soak");
            }
            if (cycle == warm) {
                early = footprint();
            }
        }
        Footprint late = footprint();
        System.out.printf("after %d cycles: %s; after %d: %s%n", warm, early, cycles, late);
        assertThat(late.descriptors()).isLessThanOrEqualTo(early.descriptors() + 4);
        assertThat(late.residentKib()).isLessThanOrEqualTo(early.residentKib() + early.residentKib() / 4);
    }

    private static Footprint footprint() {
        long daemon = LAB.platform().daemon().pid();
        try {
            long resident = Files.readAllLines(Path.of("/proc/" + daemon + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
            String[] descriptors = Objects.requireNonNull(
                    Path.of("/proc/" + daemon + "/fd").toFile().list(), "the daemon's descriptors");
            return new Footprint(resident, descriptors.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Footprint(long residentKib, int descriptors) {
        @Override
        public String toString() {
            return residentKib / 1024 + " MiB, " + descriptors + " descriptors";
        }
    }
}
