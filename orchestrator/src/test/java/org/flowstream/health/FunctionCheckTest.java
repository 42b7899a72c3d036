package org.flowstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.model.BridgeName;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.openflow.OpenFlowConnection;
import org.junit.jupiter.api.Test;

/** When a machine is tested; that it is, booted machines show. */
final class FunctionCheckTest {
    /** Its image has no tests. */
    private final Image empty = ImageCompiler.ofProgram().empty(2);

    private Optional<Watched.Exit> exit = Optional.empty();
    private final FunctionCheck check = new FunctionCheck(
            new Watched(
                    Machines.machine(new MachineId(1), "fw", empty.digest(), HealthSpec.STANDARD, List.of()),
                    BridgeName.parse("flowstream"),
                    Path.of("/nowhere")),
            new Rules(),
            new Guest(),
            new ForwardingProbe(new Random(1)),
            new FrameCatch());

    private final class Rules implements Watched.Switch {
        @Override
        public OpenFlowConnection connection(BridgeName bridge) {
            throw new IllegalStateException("nothing is sent");
        }

        @Override
        public List<ForwardingProbe.Way> ways(MachineSpec machine, BridgeName bridge) {
            return List.of();
        }

        @Override
        public Optional<Watched.Exit> exit(MachineSpec machine, BridgeName bridge) {
            return exit;
        }
    }

    private final class Guest implements Watched.Guest {
        @Override
        public Image image(ImageDigest image) {
            return empty;
        }

        @Override
        public void scrub(MachineId machine, Image image) {
            throw new IllegalStateException("nothing was tested");
        }
    }

    private FunctionCheck.Verdict look() throws InterruptedException {
        return check.look(empty.digest(), List.of());
    }

    @Test
    void whileTheSwitchHasNoRulesNothingIsKnown() throws InterruptedException {
        assertThat(look().state()).isEqualTo(HealthReport.State.UNKNOWN);
        assertThat(check.isKnown(Optional.of(empty.digest()))).isFalse();
        exit = Optional.of(new Watched.Exit(true, 0));
        assertThat(look()).isEqualTo(new FunctionCheck.Verdict(HealthReport.State.GOOD, "no test for its parameters"));
        assertThat(check.isKnown(Optional.of(empty.digest()))).isTrue();
        assertThat(check.isKnown(Optional.of(ImageDigest.parse("ab".repeat(32)))))
                .as("another image")
                .isFalse();
        assertThat(check.hasFailed()).isFalse();
    }

    @Test
    void aMachineWithTrafficIsNotTested() throws InterruptedException {
        exit = Optional.of(new Watched.Exit(false, 0));
        assertThat(look())
                .isEqualTo(new FunctionCheck.Verdict(HealthReport.State.GOOD, "not tested: packets are steered to it"));
    }
}
