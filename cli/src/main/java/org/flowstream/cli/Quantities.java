package org.flowstream.cli;

import java.time.Duration;
import java.util.Locale;

/**
 * Numbers with their units, as people read them. What each row of a table has is not given to {@code String.format}, whose
 * first use loads much and whose every use parses its pattern: a command lives for a fraction of a second.
 */
final class Quantities {
    private static final long KIBI = 1024;

    private Quantities() {}

    /** A duration of work: {@code 0.4 ms}, {@code 12 ms}, {@code 1.2 s}, {@code 75 s}. */
    static String took(Duration duration) {
        double millis = duration.toNanos() / 1e6;
        if (millis < 9.95) {
            return String.format(Locale.ROOT, "%.1f ms", millis);
        }
        if (millis < 999.5) {
            return String.format(Locale.ROOT, "%.0f ms", millis);
        }
        return String.format(Locale.ROOT, millis < 9_950 ? "%.1f s" : "%.0f s", millis / 1000);
    }

    /** An age: {@code 12 s}, {@code 2 m}, {@code 3 h}, {@code 5 d}. */
    static String age(Duration duration) {
        if (duration.toMinutes() < 2) {
            return Math.max(0, duration.toSeconds()) + " s";
        }
        if (duration.toHours() < 2) {
            return duration.toMinutes() + " m";
        }
        return duration.toHours() < 48 ? duration.toHours() + " h" : duration.toDays() + " d";
    }

    /** A count with a comma at the thousands. */
    static String count(long count) {
        return 0 <= count && count < 1000 ? Long.toString(count) : String.format(Locale.ROOT, "%,d", count);
    }

    /** A size of memory or of a file: {@code 188 KiB}, {@code 8 MiB}. */
    static String size(long bytes) {
        if (bytes < 4 * KIBI) {
            return bytes + " B";
        }
        if (bytes < 4 * KIBI * KIBI) {
            return Math.round(bytes / (double) KIBI) + " KiB";
        }
        if (bytes < 4 * KIBI * KIBI * KIBI) {
            return Math.round(bytes / (double) (KIBI * KIBI)) + " MiB";
        }
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (KIBI * KIBI * KIBI));
    }

    /** A rate of packets: {@code 0 pps}, {@code 870 pps}, {@code 12.4 kpps}, {@code 1.2 Mpps}. */
    static String packetRate(double perSecond) {
        if (perSecond < 999.5) {
            return Math.round(perSecond) + " pps";
        }
        return perSecond < 999_950
                ? String.format(Locale.ROOT, "%.1f kpps", perSecond / 1e3)
                : String.format(Locale.ROOT, "%.1f Mpps", perSecond / 1e6);
    }

    /** A share of one processor: {@code 0.4 %}, {@code 112.0 %}. */
    static String percent(double percent) {
        long tenths = Math.round(percent * 10);
        return tenths / 10 + "." + tenths % 10 + " %";
    }

    /** A count and its noun: {@code 1 problem}, {@code 4 problems}. */
    static String counted(long count, String noun) {
        return count(count) + " " + noun + (count == 1 ? "" : "s");
    }
}
