package org.flowstream.reconcile;

import java.time.Duration;

/**
 * How a machine came to be ready, for the person who waits for it.
 *
 * @param guest from the machine's start to the guest's READY
 * @param health from there until all levels of health hold
 * @param guestText what the guest said of itself, such as {@code ready 0.8 ms after its first instruction}
 * @param healthText the levels with their round trips
 */
public record Readiness(Duration guest, Duration health, String guestText, String healthText) {}
