package org.flowstream.control;

import java.time.Duration;

/**
 * A guest's answer to a heartbeat.
 *
 * @param took from question to answer
 * @param received frames since it began to work, over all devices
 * @param sent frames
 * @param dropped packets
 * @param poolFree packets free in its pool
 */
public record Pong(Duration took, Duration uptime, long received, long sent, long dropped, long poolFree) {
    static Pong parse(Figures figures, Duration took) {
        return new Pong(
                took,
                Duration.ofNanos(figures.number("uptime_us") * 1000),
                figures.number("received"),
                figures.number("sent"),
                figures.number("dropped"),
                figures.number("pool_free"));
    }
}
