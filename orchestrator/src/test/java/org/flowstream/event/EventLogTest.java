package org.flowstream.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.junit.jupiter.api.Test;

final class EventLogTest {
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private final EventLog log = new EventLog(Clock.systemUTC(), 3);

    @Test
    void keepsTheLatestWithoutGapsInTheirNumbers() {
        declare("a", "b", "c", "d");
        assertThat(log.after(0)).extracting(EventLog.Entry::number).containsExactly(2L, 3L, 4L);
        assertThat(log.after(3))
                .extracting(entry -> entry.event().subject())
                .containsExactly(Optional.of(Name.parse("d")));
        assertThat(log.after(4)).isEmpty();
    }

    @Test
    void aSubscriberGetsWhatIsKeptAndThenWhatFollows() throws Exception {
        declare("a", "b");
        try (Subscription subscription = log.subscribe(1)) {
            declare("c");
            assertThat(next(subscription, AT_ONCE)).contains(2L);
            assertThat(next(subscription, AT_ONCE)).contains(3L);
            assertThat(next(subscription, AT_ONCE)).isEmpty();
            assertThat(log.subscribers()).isEqualTo(1);
        }
        assertThat(log.subscribers()).isZero();
    }

    @Test
    void nothingIsLostOrTwiceBetweenTheSnapshotAndTheLiveEvents() throws Exception {
        EventLog busy = new EventLog(Clock.systemUTC(), 10_000);
        Thread writer = new Thread(() -> {
            for (int count = 0; count < 5_000; count++) {
                busy.add(Owner.OPERATOR, new Event.Declared(Name.parse("a"), true, ""));
            }
        });
        writer.start();
        List<Long> numbers = new ArrayList<>();
        try (Subscription subscription = busy.subscribe(0)) {
            while (numbers.size() < 5_000) {
                numbers.add(next(subscription, PATIENCE).orElseThrow());
            }
        }
        writer.join();
        for (int index = 0; index < numbers.size(); index++) {
            assertThat(numbers.get(index)).isEqualTo(index + 1L);
        }
    }

    @Test
    void aSlowSubscriberLosesEventsAndIsTold() throws Exception {
        try (Subscription subscription = log.subscribe(0)) {
            declare("a", "b", "c", "d");
            assertThat(subscription.lostSome()).isTrue();
            assertThat(subscription.lostSome()).isFalse();
            assertThat(next(subscription, AT_ONCE)).contains(1L);
        }
    }

    @Test
    void theKindIsTheClassInWords() {
        assertThat(new Event.RestartPlanned(Name.parse("fw"), 1, Duration.ZERO).kind())
                .isEqualTo("restart-planned");
        assertThat(new Event.Declared(Name.parse("fw"), true, "").kind()).isEqualTo("declared");
    }

    private static Optional<Long> next(Subscription subscription, Duration patience) throws InterruptedException {
        return subscription.next(patience).map(EventLog.Entry::number);
    }

    private void declare(String... names) {
        for (String name : names) {
            log.add(Owner.OPERATOR, new Event.Declared(Name.parse(name), true, ""));
        }
    }
}
