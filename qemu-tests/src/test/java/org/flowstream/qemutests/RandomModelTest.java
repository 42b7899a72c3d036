package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.qemutests.model.Generator;
import org.flowstream.qemutests.model.Site;
import org.flowstream.qemutests.model.Step;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random changes of chains and random faults, one after the other on one platform; {@link ModelRun} says what must hold.
 *
 * <pre>
 *   a run is repeated by   -Dmodel.seed=S
 *   taken up at a step by  -Dmodel.from=N, which declares at once what the steps before have come to
 *   and otherwise by       -Dmodel.steps=200 -Dmodel.minutes=60 -Dmodel.hypervisor=process|qemu|kvm
 *   with some chains whose boxes come with packets, and a pool that these come from:   -Dmodel.demand=true
 * </pre>
 */
@Tag("long")
class RandomModelTest {
    /** How many steps before a failure are shown, and repeated by the command that is. */
    private static final int NEIGHBOURHOOD = 12;

    private static final int PROGRESS = 200;
    /** Whether some chains have boxes that come with packets, and some of these wait in a pool. */
    private static final boolean ON_DEMAND = Boolean.getBoolean("model.demand");

    @Test
    void eachFlowPassesItsChainAloneWhateverIsChangedAndDies() {
        long seed = Long.getLong("model.seed", 1);
        int from = Integer.getInteger("model.from", 1);
        int steps = Integer.getInteger("model.steps", 200);
        Duration longest = Duration.ofMinutes(Integer.getInteger("model.minutes", 60));
        HypervisorChoice hypervisor = HypervisorChoice.parse(System.getProperty("model.hypervisor", "process"));
        System.out.printf("model: seed %d, steps %d to %d, %s%n", seed, from, steps, hypervisor);
        Leftovers before = Leftovers.now();
        try (ModelPlatform platform = ModelPlatform.start(hypervisor);
                Probes probes = Probes.start(platform.endpoints());
                ModelRun run = new ModelRun(platform, probes, seed, replayed(seed, from))) {
            if (ON_DEMAND) {
                platform.fillPool();
            }
            run.declare();
            run(run, platform, seed, from, steps, longest);
        }
        assertThat(before.added(Host.SHARED)).as("left behind").isEmpty();
    }

    private static void run(ModelRun run, ModelPlatform platform, long seed, int from, int steps, Duration longest) {
        long begin = System.nanoTime();
        List<String> told = new ArrayList<>();
        for (int number = from; number <= steps; number++) {
            Step step = Generator.step(seed, number, run.site(), ON_DEMAND);
            told.add(number + ": " + step);
            Site site = run.site();
            try {
                run.step(number, step);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(report(platform, seed, from, number, told, site, e), e);
            }
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            if (number % PROGRESS == 0 || number == steps || took.compareTo(longest) > 0) {
                System.out.printf(
                        "model: seed %d, step %d after %d s, %d probes judged%n",
                        seed, number, took.toSeconds(), run.judged());
            }
            if (took.compareTo(longest) > 0) {
                System.out.printf("model: go on with -Dmodel.seed=%d -Dmodel.from=%d%n", seed, number + 1);
                return;
            }
        }
    }

    /** What the steps before one come to. */
    private static Site replayed(long seed, int from) {
        Site site = Site.bare();
        for (int number = 1; number < from; number++) {
            site = Generator.step(seed, number, site, ON_DEMAND).after(site);
        }
        return site;
    }

    private static String report(
            ModelPlatform platform, long seed, int from, int number, List<String> told, Site site, Throwable failure) {
        int near = Math.max(from, number - NEIGHBOURHOOD);
        return failure.getMessage() + "\nseed " + seed + ", step " + number + "; the steps up to it:\n"
                + String.join("\n", told.subList(near - from, told.size())) + "\nbefore the last one:\n" + site
                + "to repeat: -Dtest=RandomModelTest -Dmodel.seed=" + seed + " -Dmodel.from=" + near
                + " -Dmodel.steps=" + number + " -Dmodel.hypervisor=" + platform.hypervisor()
                + (ON_DEMAND ? " -Dmodel.demand=true" : "") + "\n" + platform.evidence();
    }
}
