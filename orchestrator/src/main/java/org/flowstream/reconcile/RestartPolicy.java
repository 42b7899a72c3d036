package org.flowstream.reconcile;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.flowstream.model.ExitReason;
import org.flowstream.model.RunState;
import org.jspecify.annotations.Nullable;

/**
 * When a machine that ended is started again: at once the first time, then after 1 s, 2 s, 4 s and so on up to a minute;
 * a machine that was ready for ten seconds has its past forgiven. One that ended for a reason that another start would
 * meet again is not started until someone asks.
 *
 * <p>A value: each event gives the next one.
 *
 * @param attempts ends in a row
 * @param notBefore when it may start; null for at once
 * @param readySince since when it is ready; null while it is not
 * @param failure the end after which it is not started again; null for none
 */
record RestartPolicy(
        int attempts,
        @Nullable Instant notBefore,
        @Nullable Instant readySince,
        @Nullable ExitReason failure) {
    static final Duration FORGIVENESS = Duration.ofSeconds(10);
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int MOST_DOUBLINGS = 6;

    /** Of a machine of which nothing bad is known. */
    static final RestartPolicy FRESH = new RestartPolicy(0, null, null, null);

    RestartPolicy ready(Instant now) {
        return readySince == null ? new RestartPolicy(attempts, notBefore, now, failure) : this;
    }

    RestartPolicy notReady() {
        return readySince == null ? this : new RestartPolicy(attempts, notBefore, null, failure);
    }

    RestartPolicy ended(ExitReason reason, Instant now) {
        if (!reason.restartable()) {
            return new RestartPolicy(attempts, null, null, reason);
        }
        boolean forgiven = readySince != null && readySince.plus(FORGIVENESS).isBefore(now);
        int count = (forgiven ? 0 : attempts) + 1;
        boolean atOnce = count == 1 && reason.cause() != ExitReason.Cause.START_FAILED;
        return new RestartPolicy(count, atOnce ? now : now.plus(wait(count)), null, null);
    }

    private static Duration wait(int count) {
        Duration wait = FIRST.multipliedBy(1L << Math.min(MOST_DOUBLINGS, Math.max(0, count - 2)));
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }

    /** Whether it may start now. */
    boolean mayStart(Instant now) {
        return failure == null && (notBefore == null || !now.isBefore(notBefore));
    }

    /** When it may start, if that is later than now. */
    Optional<Instant> due(Instant now) {
        return failure == null && notBefore != null && now.isBefore(notBefore)
                ? Optional.of(notBefore)
                : Optional.empty();
    }

    /** The state of a policy that a stored end begins with, after the daemon was away. */
    static RestartPolicy remembered(Optional<ExitReason> latest, RunState wished) {
        return latest.filter(exit -> !exit.restartable() && exit.cause() != ExitReason.Cause.STOPPED)
                .filter(exit -> wished == RunState.RUNNING)
                .map(exit -> new RestartPolicy(0, null, null, exit))
                .orElse(FRESH);
    }
}
