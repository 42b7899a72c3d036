package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a machine costs that has nothing to do: processor time of its QEMU over ten seconds, in software emulation. */
class IdleTest {
    private static final Duration SPAN = Duration.ofSeconds(10);

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    @Test
    void anIdleMachineCostsAlmostNothing() {
        try (Middlebox wire = Middlebox.between(LAB, "wire", "idle", "--hypervisor", "qemu")) {
            // The endpoints' own chatter (neighbour discovery, listeners' reports) is not the machine's cost.
            for (Endpoint endpoint : List.of(LAB.client(), LAB.server())) {
                endpoint.command("ip", "link", "set", "eth0", "down").output();
            }
            try {
                long process = wire.qemu();
                Duration watched = spent(process);
                LAB.flowstream("daemon", "stop").ok();
                Duration alone = spent(process);
                LAB.flowstream("daemon", "start").ok();
                System.out.printf(
                        "idle machine, CPU in %d s: %.1f ms with default health checks, %.1f ms without%n",
                        SPAN.toSeconds(), watched.toNanos() / 1e6, alone.toNanos() / 1e6);
                assertThat(watched).isLessThanOrEqualTo(Duration.ofMillis(20));
                assertThat(alone).isLessThanOrEqualTo(Duration.ofMillis(5));
            } finally {
                for (Endpoint endpoint : List.of(LAB.client(), LAB.server())) {
                    endpoint.command("ip", "link", "set", "eth0", "up").output();
                }
            }
        }
    }

    /** What all threads of the process use in the span that begins now. */
    private static Duration spent(long process) {
        // The first second may still hold the end of what went before.
        span(Duration.ofSeconds(1));
        long before = nanoseconds(process);
        span(SPAN);
        return Duration.ofNanos(nanoseconds(process) - before);
    }

    /** Lets time pass: the span is what is measured, there is no condition to wait for. */
    private static void span(Duration length) {
        long end = System.nanoTime() + length.toNanos();
        Wait.until("the span to pass", length.plusSeconds(5), () -> System.nanoTime() >= end);
    }

    /** Time on a processor so far: the first field of schedstat, over all threads. */
    private static long nanoseconds(long process) {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + process + "/task"))) {
            return threads.mapToLong(thread -> {
                        try {
                            String text = Files.readString(thread.resolve("schedstat"));
                            return Long.parseLong(text.substring(0, text.indexOf(' ')));
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
