package org.flowstream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * How long processes ran that this one started and that have ended.
 *
 * @param user hundredths of a second of their own
 * @param system hundredths of a second in the kernel
 * @param clock nanoseconds of this process's clock
 */
record ProcessTimes(long user, long system, long clock) {
    private static final int TICK_MILLIS = 10;
    /** proc(5): the fields behind the program's name. */
    private static final int CHILDREN_USER = 13;

    private static final int CHILDREN_SYSTEM = 14;

    static ProcessTimes ofChildren() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ", -1);
            return new ProcessTimes(
                    Long.parseLong(fields[CHILDREN_USER]), Long.parseLong(fields[CHILDREN_SYSTEM]), System.nanoTime());
        } catch (IOException e) {
            return new ProcessTimes(0, 0, System.nanoTime());
        }
    }

    /** {@code 0.010u 0.000s 0:00.01}, as Click prints it. */
    String since(ProcessTimes before) {
        long hundredths = (clock - before.clock) / 10_000_000;
        return String.format(
                Locale.ROOT,
                "%su %ss %d:%02d.%02d",
                seconds(user - before.user),
                seconds(system - before.system),
                hundredths / 6000,
                hundredths / 100 % 60,
                hundredths % 100);
    }

    private static String seconds(long ticks) {
        long millis = ticks * TICK_MILLIS;
        return String.format(Locale.ROOT, "%d.%03d", millis / 1000, millis % 1000);
    }
}
