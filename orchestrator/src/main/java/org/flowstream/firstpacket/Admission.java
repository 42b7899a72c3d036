package org.flowstream.firstpacket;

import org.flowstream.model.Limits;

/** What a chain may begin now: not more instances at a time, nor more new ones in a second, than its limits say. */
final class Admission {
    private static final double NANOS = 1e9;

    private final Limits limits;
    private double tokens;
    private long latestNanos;

    Admission(Limits limits, long now) {
        this.limits = limits;
        this.tokens = limits.newPerSecond();
        this.latestNanos = now;
    }

    /** Whether one more may begin, which then counts. */
    synchronized boolean admits(int instances, long now) {
        tokens = Math.min(limits.newPerSecond(), tokens + (now - latestNanos) / NANOS * limits.newPerSecond());
        latestNanos = now;
        if (instances >= limits.instances() || tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }
}
