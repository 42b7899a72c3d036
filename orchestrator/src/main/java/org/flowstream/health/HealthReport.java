package org.flowstream.health;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.flowstream.model.HealthLevel;

/**
 * How one machine is, as measured: nothing in it is older than the heartbeat's period and deadline together; of a machine
 * that rests, at the first look, than 11 s.
 *
 * @param levels those that its template asks for, in order
 * @param counters what the guest answered last; empty before its first answer
 * @param startedAt when its machine was found or started
 */
public record HealthReport(List<Level> levels, Optional<Counters> counters, Instant startedAt) {
    public HealthReport {
        levels = List.copyOf(levels);
    }

    /** Whether a level holds. */
    public enum State {
        GOOD,
        BAD,
        UNKNOWN;

        @JsonValue
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One level.
     *
     * @param detail the latest round trip, or what is wrong
     */
    public record Level(HealthLevel level, State state, String detail) {}

    /**
     * What the guest counts, and how fast it grew between its two latest answers.
     *
     * @param receivedRate frames a second
     * @param sentRate frames a second
     */
    public record Counters(
            long received,
            long sent,
            long dropped,
            long poolFree,
            long uptimeMicros,
            double receivedRate,
            double sentRate) {}

    /** Whether all levels hold. */
    public boolean isReady() {
        return levels.stream().allMatch(level -> level.state() == State.GOOD);
    }
}
