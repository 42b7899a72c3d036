package org.flowstream.reconcile;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.model.ExitReason;
import org.flowstream.model.RunState;
import org.jspecify.annotations.Nullable;

/**
 * When a machine that ended is started again: at once the first time, then after 1 s, 2 s, 4 s and so on up to a minute;
 * a machine that was ready for ten seconds has its past forgiven. One that ends again and again although it was ready in
 * between flaps: it is forgiven nothing until it has lasted. One that ended for a reason that another start would meet
 * again is not started until someone asks.
 *
 * <p>A value: each event gives the next one.
 *
 * @param attempts ends in a row
 * @param notBefore when it may start; null for at once
 * @param readySince since when it is ready; null while it is not
 * @param failure the end after which it is not started again; null for none
 * @param ends the latest ends, oldest first; those that lie further back than {@link #WINDOW} may be left out
 */
record RestartPolicy(
        int attempts,
        @Nullable Instant notBefore,
        @Nullable Instant readySince,
        @Nullable ExitReason failure,
        List<Instant> ends) {
    static final Duration FORGIVENESS = Duration.ofSeconds(10);
    /** So many ends within that time are flapping. */
    static final int FLAPS = 5;

    static final Duration WINDOW = Duration.ofMinutes(5);
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int MOST_DOUBLINGS = 6;
    private static final int KEPT_ENDS = 100;

    /** Of a machine of which nothing bad is known. */
    static final RestartPolicy FRESH = new RestartPolicy(0, null, null, null, List.of());

    RestartPolicy {
        ends = List.copyOf(ends);
    }

    RestartPolicy ready(Instant now) {
        return readySince == null ? new RestartPolicy(attempts, notBefore, now, failure, ends) : this;
    }

    RestartPolicy notReady() {
        return readySince == null ? this : new RestartPolicy(attempts, notBefore, null, failure, ends);
    }

    RestartPolicy ended(ExitReason reason, Instant now) {
        if (!reason.restartable()) {
            return new RestartPolicy(attempts, null, null, reason, ends);
        }
        List<Instant> recent = new ArrayList<>(recentEnds(now));
        recent.add(now);
        List<Instant> kept = recent.subList(Math.max(0, recent.size() - KEPT_ENDS), recent.size());
        boolean forgiven = readySince != null && readySince.plus(FORGIVENESS).isBefore(now);
        boolean flaps = kept.size() >= FLAPS;
        int count = (forgiven && !flaps ? 0 : attempts) + 1;
        boolean atOnce = count == 1 && !flaps && reason.cause() != ExitReason.Cause.START_FAILED;
        return new RestartPolicy(count, atOnce ? now : now.plus(wait(count)), null, null, kept);
    }

    private static Duration wait(int count) {
        Duration wait = FIRST.multipliedBy(1L << Math.min(MOST_DOUBLINGS, Math.max(0, count - 2)));
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }

    /** The ends within the window; a clock that was put back makes none of them lie ahead. */
    private List<Instant> recentEnds(Instant now) {
        Instant from = now.minus(WINDOW);
        return ends.stream()
                .filter(end -> end.isAfter(from) && !end.isAfter(now))
                .toList();
    }

    /** How it flaps, in words; empty when it does not. */
    Optional<String> flapping(Instant now) {
        int recent = recentEnds(now).size();
        return recent >= FLAPS
                ? Optional.of(recent + " ends within " + WINDOW.toMinutes() + " minutes")
                : Optional.empty();
    }

    /** Whether it may start now. */
    boolean mayStart(Instant now) {
        return failure == null && due(now).isEmpty();
    }

    /** When it may start, if that is later than now. A time beyond the longest wait is of a clock that was put back. */
    Optional<Instant> due(Instant now) {
        return failure == null && notBefore != null && now.isBefore(notBefore) && !notBefore.isAfter(now.plus(LONGEST))
                ? Optional.of(notBefore)
                : Optional.empty();
    }

    /**
     * The state of a policy that stored ends begin with, after the daemon was away.
     *
     * @param exits newest first
     */
    static RestartPolicy remembered(List<ExitReason> exits, RunState wished, Instant now) {
        List<Instant> ends = new ArrayList<>();
        exits.stream().filter(ExitReason::restartable).map(ExitReason::at).forEach(end -> ends.add(0, end));
        RestartPolicy known = new RestartPolicy(0, null, null, null, ends);
        RestartPolicy policy = new RestartPolicy(0, null, null, null, known.recentEnds(now));
        return exits.stream()
                .findFirst()
                .filter(exit -> !exit.restartable() && exit.cause() != ExitReason.Cause.STOPPED)
                .filter(exit -> wished == RunState.RUNNING)
                .map(exit -> new RestartPolicy(0, null, null, exit, policy.ends))
                .orElse(policy);
    }
}
