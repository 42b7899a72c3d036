package org.flowstream.control;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.flowstream.model.ImageDigest;

/**
 * What a guest says when it begins to work.
 *
 * @param image the digest that the guest reads in its own memory
 * @param boot from its first instruction to this line
 * @param devices how many network interfaces it uses
 * @param memoryKib the machine's memory
 * @param pool packets in its pool
 * @param bfd the number of the first device that answers BFD; empty where none does, as in earlier runtimes
 */
public record ReadyLine(ImageDigest image, Duration boot, int devices, long memoryKib, long pool, OptionalInt bfd) {
    private static final String WORD = "READY";

    /** The same of a guest that took another image since. */
    public ReadyLine with(ImageDigest other) {
        return new ReadyLine(other, boot, devices, memoryKib, pool, bfd);
    }

    /** Reads a line; empty when it is another one. */
    public static Optional<ReadyLine> parse(String line) {
        Figures figures = Figures.of(line);
        if (!figures.word().equals(WORD)) {
            return Optional.empty();
        }
        return Optional.of(new ReadyLine(
                ImageDigest.parse(figures.text("digest")),
                Duration.ofNanos(figures.number("boot_us") * 1000),
                Math.toIntExact(figures.number("devices")),
                figures.number("memory_kib"),
                figures.number("pool"),
                figures.has("bfd") ? OptionalInt.of(Math.toIntExact(figures.number("bfd"))) : OptionalInt.empty()));
    }
}
