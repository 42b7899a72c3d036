package org.flowstream.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.model.ExitReason;
import org.flowstream.model.RunState;
import org.junit.jupiter.api.Test;

final class RestartPolicyTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    private Instant now = START;
    private RestartPolicy policy = RestartPolicy.FRESH;

    /** It lasts so long, ready, and ends; answers how long its restart waits. */
    private Duration lastsAndEnds(Duration ready) {
        policy = policy.ready(now);
        now = now.plus(ready);
        policy = policy.ended(new ExitReason(now, ExitReason.Cause.DIED, ""), now);
        Duration wait = policy.due(now).map(due -> Duration.between(now, due)).orElse(Duration.ZERO);
        now = now.plus(wait);
        return wait;
    }

    @Test
    void endsInARowWaitLongerAndLonger() {
        List<Duration> waits = new ArrayList<>();
        for (int end = 0; end < 9; end++) {
            waits.add(lastsAndEnds(Duration.ofSeconds(1)));
        }
        assertThat(waits).extracting(Duration::toSeconds).containsExactly(0L, 1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
    }

    @Test
    void aMachineThatWasReadyForTenSecondsIsForgiven() {
        lastsAndEnds(Duration.ofSeconds(1));
        assertThat(lastsAndEnds(Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(1));
        assertThat(lastsAndEnds(Duration.ofSeconds(11))).isZero();
    }

    @Test
    void oneThatIsReadyAndEndsAgainAndAgainIsDamped() {
        for (int end = 1; end < RestartPolicy.FLAPS; end++) {
            assertThat(lastsAndEnds(Duration.ofSeconds(20))).as("end " + end).isZero();
            assertThat(policy.flapping(now)).isEmpty();
        }
        assertThat(lastsAndEnds(Duration.ofSeconds(20))).isEqualTo(Duration.ofSeconds(1));
        assertThat(policy.flapping(now)).contains("5 ends within 5 minutes");
        assertThat(lastsAndEnds(Duration.ofSeconds(20))).isEqualTo(Duration.ofSeconds(2));
        assertThat(lastsAndEnds(Duration.ofSeconds(20))).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void onceItHasLastedItIsLikeAnyOther() {
        for (int end = 0; end < 7; end++) {
            lastsAndEnds(Duration.ofSeconds(20));
        }
        policy = policy.ready(now);
        now = now.plus(RestartPolicy.WINDOW);
        assertThat(policy.flapping(now)).isEmpty();
        assertThat(lastsAndEnds(Duration.ofSeconds(20))).isZero();
    }

    @Test
    void aDaemonThatComesBackKnowsThatItFlapped() {
        List<ExitReason> exits = new ArrayList<>();
        for (int end = 0; end < RestartPolicy.FLAPS; end++) {
            exits.add(new ExitReason(START.minusSeconds(end * 30L), ExitReason.Cause.PANIC, "PANIC"));
        }
        RestartPolicy remembered = RestartPolicy.remembered(exits, RunState.RUNNING, START.plusSeconds(1));
        assertThat(remembered.flapping(START.plusSeconds(1))).isPresent();
        assertThat(remembered.mayStart(START.plusSeconds(1))).isTrue();
        assertThat(RestartPolicy.remembered(exits, RunState.RUNNING, START.plus(RestartPolicy.WINDOW))
                        .flapping(START.plus(RestartPolicy.WINDOW)))
                .isEmpty();
    }

    @Test
    void aConfigurationErrorIsRemembered() {
        ExitReason error = new ExitReason(START, ExitReason.Cause.CONFIGURATION_ERROR, "ERROR");
        assertThat(RestartPolicy.remembered(List.of(error), RunState.RUNNING, START)
                        .mayStart(START))
                .isFalse();
        assertThat(RestartPolicy.remembered(List.of(error), RunState.STOPPED, START)
                        .mayStart(START))
                .isTrue();
    }

    @Test
    void aClockThatIsPutBackHoldsUpNobody() {
        lastsAndEnds(Duration.ofSeconds(1));
        policy = policy.ended(new ExitReason(now, ExitReason.Cause.DIED, ""), now);
        assertThat(policy.mayStart(now)).isFalse();
        assertThat(policy.mayStart(now.minus(Duration.ofHours(1)))).isTrue();
        assertThat(policy.due(now.minus(Duration.ofHours(1)))).isEmpty();
    }
}
