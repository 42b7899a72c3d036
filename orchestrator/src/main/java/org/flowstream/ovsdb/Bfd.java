package org.flowstream.ovsdb;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.flowstream.net.MacAddress;
import org.flowstream.problem.BadValueException;
import org.flowstream.rules.BfdFrames;

/**
 * BFD (RFC 5880) on a port, as ovs-vswitchd is told to speak it: a fast-failover bucket that watches the port is used
 * only while the device at its other end answers.
 *
 * @param detection after so long without a word from the device the port is no longer live, while traffic comes by it;
 *     300 ms to 1 min
 * @param device the address of the device that answers
 */
public record Bfd(Duration detection, MacAddress device) {
    /** While the port brings no traffic the device has at least so long for its word, which wakes it less often. */
    public static final Duration IDLE_DETECTION = Duration.ofMillis(4500);

    private static final Duration SHORTEST = Duration.ofMillis(300);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    /** The detection multiplier of the engine ({@code engine/bfd.c}): so many packets in a row are missing, then ... */
    private static final int PACKETS = 2;
    /** ... or one, from this interval on. */
    private static final Duration REST = Duration.ofSeconds(2);

    public Bfd {
        requireDetection(detection);
    }

    /** Refuses a time that cannot be kept. */
    public static Duration requireDetection(Duration detection) {
        if (detection.compareTo(SHORTEST) < 0 || detection.compareTo(LONGEST) > 0) {
            throw BadValueException.expected(
                    org.flowstream.model.Durations.text(detection), "a time from 300ms to 1min, or off");
        }
        return detection;
    }

    /** The column of ovs-vswitchd.conf.db(5). */
    Map<String, String> column() {
        long interval = interval(detection);
        long idle = Math.max(interval(IDLE_DETECTION), interval);
        return Map.of(
                "enable", "true",
                "min_rx", Long.toString(interval),
                "min_tx", Long.toString(interval),
                "decay_min_rx", Long.toString(idle),
                "bfd_local_src_mac", BfdFrames.SWITCH.toString(),
                // Without it the switch would take every BFD packet that comes by the port, of endpoints too.
                "bfd_remote_dst_mac", BfdFrames.SWITCH.toString(),
                "bfd_local_dst_mac", device.toString());
    }

    private static long interval(Duration detection) {
        Duration shared = detection.dividedBy(PACKETS);
        return (shared.compareTo(REST) < 0 ? shared : detection).toMillis();
    }

    /** How a port stands with BFD; empty where it is off. */
    public record Session(Map<String, String> column, boolean isUp) {
        public Session {
            column = Map.copyOf(column);
        }

        /** Whether it is set exactly so. */
        public boolean is(Bfd bfd) {
            return column.equals(bfd.column());
        }
    }

    static Optional<Session> read(Map<String, String> column, Map<String, String> status) {
        return "true".equals(column.get("enable"))
                ? Optional.of(new Session(new TreeMap<>(column), "up".equals(status.get("state"))))
                : Optional.empty();
    }
}
