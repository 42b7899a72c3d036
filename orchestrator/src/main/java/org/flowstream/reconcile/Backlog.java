package org.flowstream.reconcile;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.plan.Action;

/**
 * Which groups of actions are put off, each failure in a row for longer, and what was done last: a plan that comes back
 * unchanged did not help. Used under the loop's monitor.
 */
final class Backlog {
    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(15);

    private final Clock clock;
    private final Map<String, Retry> retries = new HashMap<>();
    private final Map<String, List<Action>> done = new HashMap<>();

    /** When a group that failed is tried again. */
    private record Retry(int failures, Instant at) {}

    Backlog(Clock clock) {
        this.clock = clock;
    }

    /** Puts a group off. */
    void later(String group) {
        Retry before = retries.get(group);
        int failures = before == null ? 1 : before.failures + 1;
        retries.put(group, new Retry(failures, clock.instant().plus(wait(failures))));
    }

    private static Duration wait(int failures) {
        Duration wait = FIRST_RETRY.multipliedBy(1L << Math.min(6, failures - 1));
        return wait.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : wait;
    }

    /** A time beyond the longest wait is of a clock that was put back. */
    boolean waits(String group, Instant now) {
        Retry retry = retries.get(group);
        return retry != null && retry.at.isAfter(now) && !retry.at.isAfter(now.plus(LONGEST_RETRY));
    }

    /** When the next wait is over. */
    Optional<Instant> next(Instant now) {
        return retries.values().stream().map(Retry::at).filter(now::isBefore).min(Instant::compareTo);
    }

    /** Someone asked: all waits are over. */
    void forgive() {
        retries.clear();
    }

    void settled(String group) {
        retries.remove(group);
    }

    /** Groups that have nothing to do are forgotten. */
    void keepOnly(Collection<String> groups) {
        retries.keySet().retainAll(groups);
        done.keySet().retainAll(groups);
    }

    void done(String group, List<Action> actions) {
        done.put(group, actions);
    }

    /** Whether just these actions were done last; asked once. */
    boolean wasDone(String group, List<Action> actions) {
        return actions.equals(done.remove(group));
    }
}
