package org.flowstream.reconcile;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.flowstream.control.ReadyLine;
import org.flowstream.health.HealthReport;

/**
 * How a machine came to be ready, for the person who waits for it.
 *
 * @param guest from the machine's start to the guest's READY
 * @param health from there until all levels of health hold
 * @param guestText what the guest said of itself, such as {@code ready 0.8 ms after its first instruction}
 * @param healthText the levels with their round trips
 */
public record Readiness(Duration guest, Duration health, String guestText, String healthText) {
    static String guestText(ReadyLine ready) {
        return String.format(
                Locale.ROOT,
                "ready %.1f ms after its first instruction",
                ready.boot().toNanos() / 1e6);
    }

    static String healthText(HealthReport report) {
        List<String> words = new ArrayList<>();
        report.levels().stream()
                .filter(level -> !level.detail().isEmpty())
                .forEach(level -> words.add(level.level() + " " + level.detail()));
        return String.join(" · ", words);
    }
}
