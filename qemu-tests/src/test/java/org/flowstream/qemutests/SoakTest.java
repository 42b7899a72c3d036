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
 * property {@code soak.cycles} (10 unless told otherwise; 100 is the promise).
 */
class SoakTest {
    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    @Test
    void runAndRmLeaveNothing() {
        int cycles = Integer.getInteger("soak.cycles", 10);
        int warm = Math.max(5, cycles / 5);
        Footprint early = footprint();
        System.out.printf("before the first cycle: %s%n", early);
        for (int cycle = 1; cycle <= cycles; cycle++) {
            try (Middlebox wire = Middlebox.between(LAB, "wire", "soak")) {
                assertThat(wire.name()).isEqualTo("soak");
            }
            if (cycle == warm) {
                early = footprint();
            }
            if (cycle % warm == 0) {
                System.out.printf("after %d cycles: %s%n", cycle, footprint());
            }
        }
        Footprint late = footprint();
        assertThat(late.descriptors()).isLessThanOrEqualTo(early.descriptors() + 4);
        // The pools of the loop and of the interface fill up with time, each to its bound.
        assertThat(late.threads()).isLessThanOrEqualTo(early.threads() + 12);
        assertThat(late.liveKib()).as("what is alive after a collection").isLessThanOrEqualTo(early.liveKib() + 1024);
        assertThat(late.residentKib()).isLessThanOrEqualTo(early.residentKib() + early.residentKib() / 4);
    }

    private static Footprint footprint() {
        long daemon = LAB.platform().daemon().pid();
        try {
            long live = live(daemon);
            String[] descriptors = Objects.requireNonNull(
                    Path.of("/proc/" + daemon + "/fd").toFile().list(), "the daemon's descriptors");
            return new Footprint(
                    live, status(daemon, "VmRSS:"), Math.toIntExact(status(daemon, "Threads:")), descriptors.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long status(long process, String line) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process + "/status")).stream()
                .filter(each -> each.startsWith(line))
                .mapToLong(each -> Long.parseLong(each.replaceAll("\\D", "")))
                .sum();
    }

    /** Kibibytes of the objects that a full collection leaves: the last line of the histogram is "Total COUNT BYTES". */
    private static long live(long daemon) {
        String tool = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        String histogram = Command.of(tool, Long.toString(daemon), "GC.class_histogram")
                .output()
                .strip();
        String total = histogram.substring(histogram.lastIndexOf('\n') + 1);
        assertThat(total).startsWith("Total");
        return Long.parseLong(total.substring(total.lastIndexOf(' ') + 1)) / 1024;
    }

    private record Footprint(long liveKib, long residentKib, int threads, int descriptors) {
        @Override
        public String toString() {
            return liveKib + " KiB alive, " + residentKib / 1024 + " MiB resident, " + threads + " threads, "
                    + descriptors + " descriptors";
        }
    }
}
