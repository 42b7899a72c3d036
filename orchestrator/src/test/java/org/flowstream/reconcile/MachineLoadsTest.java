package org.flowstream.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import org.flowstream.model.MachineId;
import org.junit.jupiter.api.Test;

class MachineLoadsTest {
    private static final MachineId A = new MachineId(1);
    private static final long MILLI = 1_000_000;
    private final MachineLoads loads = new MachineLoads();

    private void see(long atMillis, long cpuMillis) {
        loads.see(A, atMillis * MILLI, cpuMillis * MILLI, 19_000);
    }

    private OptionalDouble percent() {
        return loads.of(A).orElseThrow().cpuPercent();
    }

    @Test
    void theShareIsThatOfTheTimeBetweenTwoLooks() {
        see(10_000, 300);
        assertThat(percent()).isEmpty();
        see(14_000, 1_300);
        assertThat(percent()).hasValue(25); // 1 s of 4
        see(24_000, 1_300);
        assertThat(percent()).hasValue(0);
        assertThat(loads.of(A).orElseThrow().residentKib()).isEqualTo(19_000);
    }

    @Test
    void looksWithinASecondAreComparedWithAnEarlierOne() {
        see(0, 0);
        see(2_000, 1_000);
        see(2_010, 1_010);
        see(2_500, 1_100);
        assertThat(percent()).hasValue(44); // 1.1 s of 2.5, and not 90 ms of 490
    }

    @Test
    void aLookIsDueOnceASecond() {
        long now = System.nanoTime();
        assertThat(loads.isDue(now + 10 * MILLI)).isTrue();
        assertThat(loads.isDue(now + 900 * MILLI)).isFalse();
        assertThat(loads.isDue(now + 1_010 * MILLI)).isTrue();
        assertThat(loads.isDue(now + 1_020 * MILLI)).isFalse();
    }

    @Test
    void aMachineThatWasStartedAnewBeginsAnew() {
        see(0, 0);
        see(2_000, 1_000);
        see(4_000, 20);
        assertThat(percent()).isEmpty();
        see(5_000, 520);
        assertThat(percent()).hasValue(50);
    }

    @Test
    void oneThatIsGoneIsForgotten() {
        see(0, 0);
        loads.keepOnly(List.of());
        assertThat(loads.of(A)).isEmpty();
    }
}
