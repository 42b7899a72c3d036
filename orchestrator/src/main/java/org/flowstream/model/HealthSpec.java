package org.flowstream.model;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.flowstream.problem.BadValueException;

/**
 * When a middlebox is ready, and how often that is looked at.
 *
 * @param ready the levels that must hold, in their order, always with {@link HealthLevel#MACHINE}
 * @param heartbeat between two looks: 100 ms to 1 h
 */
public record HealthSpec(List<HealthLevel> ready, Duration heartbeat) {
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** Machine, control and forwarding, looked at every second. */
    public static final HealthSpec STANDARD = new HealthSpec(
            List.of(HealthLevel.MACHINE, HealthLevel.CONTROL, HealthLevel.FORWARDING), Duration.ofSeconds(1));

    /** Of a guest of the user's own, of which no more is known. */
    public static final HealthSpec FOREIGN = new HealthSpec(List.of(HealthLevel.MACHINE), Duration.ofSeconds(1));

    public HealthSpec {
        Set<HealthLevel> levels = new TreeSet<>(ready);
        levels.add(HealthLevel.MACHINE);
        ready = List.copyOf(levels);
        if (heartbeat.compareTo(SHORTEST) < 0 || heartbeat.compareTo(LONGEST) > 0) {
            throw BadValueException.expected(Durations.text(heartbeat), "a heartbeat from 100ms to 1h");
        }
    }

    public boolean asks(HealthLevel level) {
        return ready.contains(level);
    }
}
