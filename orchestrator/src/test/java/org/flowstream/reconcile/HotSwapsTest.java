package org.flowstream.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Random;
import org.flowstream.domain.Places;
import org.flowstream.health.HealthMonitor;
import org.flowstream.health.Nobody;
import org.flowstream.image.ImageStore;
import org.flowstream.model.Accelerator;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;
import org.flowstream.plan.ObservedMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is known of machines whose guests have said nothing to this daemon. */
final class HotSwapsTest {
    private static final ImageDigest STARTED = ImageDigest.parse("11".repeat(32));
    private static final ImageDigest WANTED = ImageDigest.parse("22".repeat(32));

    @TempDir
    private Path folder;

    private static ObservedMachine machine(ObservedMachine.Power power) {
        return new ObservedMachine(
                MachineId.parse("00000001"),
                Name.parse("fw"),
                Name.parse("fw"),
                STARTED,
                8,
                1,
                2,
                Accelerator.KVM,
                power,
                ObservedMachine.Wellness.STARTING);
    }

    private ObservedMachine seen(ObservedMachine.Power power) {
        Places places = new Places(folder.resolve("state"), folder.resolve("run"), folder.resolve("log"));
        Nobody nobody = new Nobody();
        try (HealthMonitor health = new HealthMonitor(
                nobody, nobody, (machine, level, good, detail) -> {}, () -> {}, Clock.systemUTC(), new Random(1))) {
            return new HotSwaps(places, new ImageStore(places.images()), health)
                    .see(machine(power), Optional.of(WANTED));
        }
    }

    /** It may have taken what is wanted from the daemon before: one that is paused is not ended for what it was started with. */
    @ParameterizedTest
    @EnumSource(names = {"RUNNING", "PAUSED"})
    void whatItWasStartedWithIsNotWhatItSays(ObservedMachine.Power power) {
        assertThat(seen(power)).isEqualTo(machine(power).seen(STARTED, false, Optional.empty()));
    }

    @Test
    void oneThatHasEndedIsAsItWasStarted() {
        assertThat(seen(ObservedMachine.Power.ENDED)).isEqualTo(machine(ObservedMachine.Power.ENDED));
    }
}
