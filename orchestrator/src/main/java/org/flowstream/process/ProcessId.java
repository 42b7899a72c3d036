package org.flowstream.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A process of the host, by its number and when it began: the number alone may be another's by now.
 *
 * @param start field 22 of {@code /proc/PID/stat}, in clock ticks since the host started
 */
record ProcessId(long pid, long start) {
    private static final Path PROC = Path.of("/proc");
    private static final long TICK_NANOS = 10_000_000; // USER_HZ is 100 on every Linux that runs Java
    private static final long PAGE_KIB = 4;
    private static final int STATE = 0;
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;
    private static final int START = 19;
    private static final int RESIDENT_PAGES = 21;

    /**
     * What a process costs its host.
     *
     * @param cpuNanos since it began
     */
    record Cost(long cpuNanos, long residentKib) {}

    /** Reads {@code PID START}, as the engine writes it; empty for anything else, and when there is no such file. */
    static Optional<ProcessId> read(Path file) {
        try {
            String[] words = Files.readString(file).strip().split(" ", -1);
            return words.length == 2
                    ? Optional.of(new ProcessId(Long.parseLong(words[0]), Long.parseLong(words[1])))
                    : Optional.empty();
        } catch (IOException | NumberFormatException e) {
            // Absent, or half written by a process that is only starting: it is not there yet.
            return Optional.empty();
        }
    }

    /** What it costs; empty when it has ended. */
    Optional<Cost> cost() {
        return stat().map(stat -> new Cost(
                ranNanos().orElseGet(() -> (number(stat, USER_TICKS) + number(stat, SYSTEM_TICKS)) * TICK_NANOS),
                number(stat, RESIDENT_PAGES) * PAGE_KIB));
    }

    /** Whether a signal has halted it. */
    boolean isHalted() {
        return stat().filter(stat -> stat.get(STATE).equals("T")).isPresent();
    }

    boolean isAlive() {
        return stat().isPresent();
    }

    /** To send it signals: the handle knows by itself when the number becomes another's. Empty when it has ended. */
    Optional<ProcessHandle> handle() {
        return ProcessHandle.of(pid).filter(handle -> isAlive());
    }

    /** The fields behind the program's name, while this very process has not ended; a zombie has. */
    private Optional<List<String>> stat() {
        try {
            byte[] bytes = Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve("stat"));
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            List<String> fields = new ArrayList<>(
                    List.of(text.substring(text.lastIndexOf(')') + 2).strip().split(" ", -1)));
            boolean ended = fields.get(STATE).equals("Z") || fields.get(STATE).equals("X");
            return ended || number(fields, START) != start ? Optional.empty() : Optional.of(fields);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** By the scheduler's own clock, which is finer than ticks; not every kernel keeps it. */
    private Optional<Long> ranNanos() {
        try {
            Path file = PROC.resolve(Long.toString(pid)).resolve("schedstat");
            return Optional.of(Long.parseLong(Files.readString(file).split(" ", 2)[0]));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static long number(List<String> fields, int index) {
        return Long.parseLong(fields.get(index));
    }
}
