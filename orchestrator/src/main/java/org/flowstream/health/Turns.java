package org.flowstream.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;

/**
 * Which turns of health levels are told: the first few at once; a level that goes on turning is told once a minute, with
 * how often it turned, until it has been still for a minute. What is told last is always how it is. Safe for all threads.
 */
public final class Turns {
    static final Duration WINDOW = Duration.ofMinutes(1);
    /** So many turns in a window are told as they come. */
    static final int PROMPT = 4;

    private final Clock clock;
    private final Map<Key, Course> courses = new HashMap<>();

    /** A level that turned. */
    public record Turn(MachineSpec machine, HealthLevel level, boolean good, String detail) {
        private Turn and(String more) {
            return new Turn(machine, level, good, detail.isEmpty() ? more : detail + "; " + more);
        }
    }

    private record Key(MachineId machine, HealthLevel level) {}

    /**
     * One level's turns in its window.
     *
     * @param latest the latest turn, where it was not told
     */
    private record Course(Instant begin, int turns, Optional<Turn> latest) {
        static Course at(Instant begin) {
            return new Course(begin, 0, Optional.empty());
        }

        boolean isOver(Instant now) {
            // Also when the clock was put back.
            return now.isBefore(begin) || !now.isBefore(begin.plus(WINDOW));
        }
    }

    public Turns(Clock clock) {
        this.clock = clock;
    }

    /** Takes in a turn, and answers what is to be told of it now. */
    public synchronized Optional<Turn> see(Turn turn) {
        Instant now = clock.instant();
        Key key = new Key(turn.machine.id(), turn.level);
        Course before = courses.getOrDefault(key, Course.at(now));
        if (before.isOver(now) && before.latest.isEmpty()) {
            before = Course.at(now);
        }
        int turns = before.turns + 1;
        boolean told = turns <= PROMPT;
        courses.put(key, new Course(before.begin, turns, told ? Optional.empty() : Optional.of(turn)));
        if (!told) {
            return Optional.empty();
        }
        return Optional.of(turns < PROMPT ? turn : turn.and("it flips often and is now told once a minute"));
    }

    /** What was not told at once and is to be told now; to be asked every now and then. */
    public synchronized List<Turn> due() {
        Instant now = clock.instant();
        List<Turn> due = new ArrayList<>();
        courses.replaceAll((key, course) -> {
            if (!course.isOver(now) || course.latest.isEmpty()) {
                return course;
            }
            int untold = course.turns - PROMPT;
            due.add(course.latest.get().and(untold == 1 ? "1 turn was not told" : untold + " turns were not told"));
            // As many turns again would be told at once only after a window without any.
            return new Course(now, PROMPT, Optional.empty());
        });
        courses.values().removeIf(course -> course.isOver(now) && course.latest.isEmpty());
        return due;
    }

    /** Forgets all machines but these. */
    public synchronized void keepOnly(Collection<MachineId> machines) {
        courses.keySet().removeIf(key -> !machines.contains(key.machine));
    }
}
