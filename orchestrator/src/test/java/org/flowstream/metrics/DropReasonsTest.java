package org.flowstream.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;
import org.junit.jupiter.api.Test;

final class DropReasonsTest {
    private static final Name FW = Name.parse("fw");
    private static final MachineId ID = new MachineId(1);

    private final AtomicLong now = new AtomicLong();
    private final List<Name> asked = new ArrayList<>();
    private Map<String, Long> told = Map.of("denied", 3L);
    private final DropReasons reasons = new DropReasons(
            (name, id) -> {
                asked.add(name);
                if (told.isEmpty()) {
                    throw new IllegalStateException("no answer");
                }
                return told;
            },
            now::get,
            new AtOnce());

    private static final class AtOnce extends AbstractExecutorService {
        @Override
        public void execute(Runnable work) {
            work.run();
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void aGuestThatDropsNothingIsNotAsked() {
        assertThat(reasons.of(FW, ID, 0)).isEmpty();
        assertThat(asked).isEmpty();
    }

    @Test
    void itIsAskedWhenItsDropsGrewAndNotMoreThanOnceInTenSeconds() {
        reasons.of(FW, ID, 3);
        assertThat(reasons.of(FW, ID, 3)).containsExactly(Map.entry("denied", 3L));
        pass(Duration.ofMinutes(1));
        reasons.of(FW, ID, 3);
        assertThat(asked).hasSize(1);
        told = Map.of("denied", 4L);
        reasons.of(FW, ID, 4);
        reasons.of(FW, ID, 5);
        assertThat(asked).hasSize(2);
        pass(Duration.ofSeconds(11));
        reasons.of(FW, ID, 5);
        assertThat(asked).hasSize(3);
    }

    @Test
    void whatItToldStandsWhenItDoesNotAnswerAndItIsAskedAgain() {
        reasons.of(FW, ID, 3);
        told = Map.of();
        pass(Duration.ofSeconds(11));
        reasons.of(FW, ID, 9);
        assertThat(reasons.of(FW, ID, 9)).containsExactly(Map.entry("denied", 3L));
        pass(Duration.ofSeconds(11));
        told = Map.of("denied", 9L);
        reasons.of(FW, ID, 9);
        assertThat(reasons.of(FW, ID, 9)).containsExactly(Map.entry("denied", 9L));
    }

    @Test
    void aMachineThatIsGoneIsForgotten() {
        reasons.of(FW, ID, 3);
        reasons.keepOnly(Set.of());
        assertThat(reasons.of(FW, ID, 0)).isEmpty();
    }
}
