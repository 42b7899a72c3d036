package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something that was asked for and changes the world over time, from its beginning to its outcome.
 *
 * @param id from 1, each one more than the one before
 * @param owner on whose authority the chains are processed; {@link Owner#OPERATOR} where they have several
 * @param subject the chain it was asked of; of an apply the set, of an upgrade of all {@code all}
 * @param chains those that it changes
 * @param end when it ended; null while it goes on
 * @param stages what was done for it, oldest first; the latest {@value #MOST_STAGES}
 * @param outcome what became of it, in one line; empty while it goes on
 */
public record Operation(
        long id,
        Kind kind,
        Owner owner,
        String subject,
        List<Name> chains,
        State state,
        Instant begin,
        @Nullable Instant end,
        List<Stage> stages,
        String outcome) {
    public static final int MOST_STAGES = 200;

    public Operation {
        chains = List.copyOf(chains);
        stages = List.copyOf(stages.subList(Math.max(0, stages.size() - MOST_STAGES), stages.size()));
    }

    /** What was asked. */
    public enum Kind {
        RUN(true, "it is ready"),
        APPLY(true, "all is as asked"),
        START(true, "it is ready"),
        STOP(false, "its machines have ended"),
        SUSPEND(false, "its machines are halted"),
        RESTART(true, "it is ready again"),
        REMOVE(false, "nothing of it is left"),
        BYPASS(false, "its flow passes by its middleboxes"),
        RESUME(false, "its flow passes its middleboxes"),
        UPGRADE(true, "all machines are on the present runtime"),
        RECONFIGURE(true, "it has its new configuration");

        private final boolean leadsToReady;
        private final String isDone;

        Kind(boolean leadsToReady, String isDone) {
            this.leadsToReady = leadsToReady;
            this.isDone = isDone;
        }

        /** Whether its stages are those of a way to ready; of others they are the actions. */
        public boolean leadsToReady() {
            return leadsToReady;
        }

        /** Its outcome when it is done. */
        public String isDone() {
            return isDone;
        }

        @JsonCreator
        public static Kind parse(String text) {
            return Words.parse(Kind.class, text);
        }

        @JsonValue
        @Override
        public String toString() {
            return Words.of(this);
        }
    }

    /** Where it stands. */
    public enum State {
        RUNNING,
        DONE,
        /** What was asked stands all the same, and the loop goes on with it, unless the outcome says otherwise. */
        FAILED,
        CANCELLED;

        @JsonCreator
        public static State parse(String text) {
            return Words.parse(State.class, text);
        }

        @JsonValue
        @Override
        public String toString() {
            return Words.of(this);
        }
    }

    /**
     * A stage that ended.
     *
     * @param chain or middlebox
     * @param stage of its way to ready, or an action's type
     * @param nanos how long it took
     */
    public record Stage(Name chain, String stage, String detail, long nanos) {}

    public boolean isRunning() {
        return state == State.RUNNING;
    }

    /** How long it went on, or has gone on so far. */
    public Duration lasted(Instant now) {
        return Duration.between(begin, Optional.ofNullable(end).orElse(now));
    }

    /** The same with one stage more. */
    public Operation with(Stage stage) {
        List<Stage> more = new ArrayList<>(stages);
        more.add(stage);
        return new Operation(id, kind, owner, subject, chains, state, begin, end, more, outcome);
    }

    /** The same at its end. */
    public Operation ended(State newState, Instant at, String newOutcome) {
        return new Operation(id, kind, owner, subject, chains, newState, begin, at, stages, newOutcome);
    }
}
