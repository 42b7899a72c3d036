package org.flowstream.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.flowstream.testing.Hands;
import org.junit.jupiter.api.Test;

final class BacklogTest {
    private final Hands hands = new Hands();
    private final Backlog backlog = new Backlog(hands);

    @Test
    void whatFailedWaitsForHalfASecondAndThenTwiceAsLong() {
        backlog.later("chain fw");
        assertThat(backlog.waits("chain fw", hands.instant())).isTrue();
        hands.pass(Duration.ofMillis(500));
        assertThat(backlog.waits("chain fw", hands.instant())).isFalse();
        backlog.later("chain fw");
        hands.pass(Duration.ofMillis(999));
        assertThat(backlog.waits("chain fw", hands.instant())).isTrue();
        hands.pass(Duration.ofMillis(1));
        assertThat(backlog.waits("chain fw", hands.instant())).isFalse();
    }

    @Test
    void aClockThatIsPutBackHoldsUpNothing() {
        backlog.later("chain fw");
        hands.pass(Duration.ofHours(-1));
        assertThat(backlog.waits("chain fw", hands.instant())).isFalse();
    }
}
