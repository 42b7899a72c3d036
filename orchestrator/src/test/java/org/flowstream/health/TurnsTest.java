package org.flowstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.testing.Hands;
import org.junit.jupiter.api.Test;

final class TurnsTest {
    private static final MachineSpec FW = machine(1, "fw");
    private static final MachineSpec NAT = machine(2, "nat");

    private final Hands hands = new Hands();
    private final Turns turns = new Turns(hands);

    private Optional<Turns.Turn> turn(MachineSpec machine, boolean good) {
        hands.pass(Duration.ofMillis(100));
        return turns.see(new Turns.Turn(machine, HealthLevel.FORWARDING, good, good ? "" : "no probe"));
    }

    @Test
    void turnsNowAndThenAreToldAsTheyCome() {
        for (int time = 0; time < 20; time++) {
            assertThat(turn(FW, time % 2 == 1)).isPresent();
            hands.pass(Duration.ofSeconds(20));
            assertThat(turns.due()).isEmpty();
        }
    }

    @Test
    void aLevelThatFlipsOftenIsToldOnceAMinuteWithHowOften() {
        for (int time = 1; time < Turns.PROMPT; time++) {
            assertThat(turn(FW, false)).get().extracting(Turns.Turn::detail).isEqualTo("no probe");
        }
        assertThat(turn(FW, false))
                .get()
                .extracting(Turns.Turn::detail)
                .isEqualTo("no probe; it flips often and is now told once a minute");
        for (int time = 0; time < 30; time++) {
            assertThat(turn(FW, time % 2 == 0)).isEmpty();
        }
        assertThat(turns.due()).isEmpty();
        hands.pass(Turns.WINDOW);
        assertThat(turns.due())
                .containsExactly(new Turns.Turn(FW, HealthLevel.FORWARDING, false, "no probe; 30 turns were not told"));
        assertThat(turns.due()).isEmpty();
        assertThat(turn(FW, true)).as("it goes on").isEmpty();
        hands.pass(Turns.WINDOW);
        assertThat(turns.due())
                .containsExactly(new Turns.Turn(FW, HealthLevel.FORWARDING, true, "1 turn was not told"));
    }

    @Test
    void oneThatWasStillForAMinuteIsLikeAnyOther() {
        for (int time = 0; time < 10; time++) {
            turn(FW, time % 2 == 0);
        }
        hands.pass(Turns.WINDOW);
        assertThat(turns.due()).hasSize(1);
        hands.pass(Turns.WINDOW);
        assertThat(turns.due()).isEmpty();
        assertThat(turn(FW, true)).get().extracting(Turns.Turn::detail).isEqualTo("");
    }

    @Test
    void oneMachinesTurnsAreNotAnothersAndThoseThatGoAreForgotten() {
        for (int time = 0; time < 10; time++) {
            turn(FW, time % 2 == 0);
        }
        assertThat(turn(NAT, false)).isPresent();
        turns.keepOnly(Set.of(NAT.id()));
        hands.pass(Duration.ofHours(1));
        assertThat(turns.due()).isEmpty();
    }

    private static MachineSpec machine(int id, String name) {
        return Machines.machine(
                new MachineId(id), name, ImageDigest.parse("00".repeat(32)), HealthSpec.STANDARD, List.of());
    }
}
