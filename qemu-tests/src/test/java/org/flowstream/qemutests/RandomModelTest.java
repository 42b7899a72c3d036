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

    /**
     * What is to be run.
     *
     * @param from the first step; what those before it come to is declared at once
     * @param steps the last step
     * @param longest after which no other step begins
     * @param demand whether some chains have boxes that come with packets, and some of these wait in a pool
     */
    private record Run(long seed, int from, int steps, Duration longest, HypervisorChoice hypervisor, boolean demand) {
        Step step(int number, Site site) {
            return Generator.step(seed, number, site, demand);
        }

        /** What the steps before the first come to. */
        Site replayed() {
            Site site = Site.bare();
            for (int number = 1; number < from; number++) {
                site = step(number, site).after(site);
            }
            return site;
        }

        /** What repeats the steps from one to another. */
        String command(int near, int number) {
            return "-Dtest=RandomModelTest#eachFlow* -Dmodel.seed=" + seed + " -Dmodel.from=" + near
                    + " -Dmodel.steps=" + number + " -Dmodel.hypervisor=" + hypervisor
                    + (demand ? " -Dmodel.demand=true" : "");
        }
    }

    @Test
    void eachFlowPassesItsChainAloneWhateverIsChangedAndDies() {
        holds(new Run(
                Long.getLong("model.seed", 1),
                Integer.getInteger("model.from", 1),
                Integer.getInteger("model.steps", 200),
                Duration.ofMinutes(Integer.getInteger("model.minutes", 60)),
                HypervisorChoice.parse(System.getProperty("model.hypervisor", "process")),
                Boolean.getBoolean("model.demand")));
    }

    /** Some steps in which a chain that has its boxes by packets is made, changed and removed. */
    @Test
    void soItIsWithBoxesThatComeWithPackets() {
        holds(new Run(1, 1, 60, Duration.ofMinutes(5), HypervisorChoice.PROCESS, true));
    }

    private static void holds(Run what) {
        System.out.printf("model: %s%n", what);
        Leftovers before = Leftovers.now();
        try (ModelPlatform platform = ModelPlatform.start(what.hypervisor());
                Probes probes = Probes.start(platform.endpoints());
                ModelRun run = new ModelRun(platform, probes, what.seed(), what.replayed())) {
            if (what.demand()) {
                platform.fillPool();
            }
            run.declare();
            run(what, run, platform);
        }
        assertThat(before.added(Host.SHARED)).as("left behind").isEmpty();
    }

    private static void run(Run what, ModelRun run, ModelPlatform platform) {
        long begin = System.nanoTime();
        List<String> told = new ArrayList<>();
        for (int number = what.from(); number <= what.steps(); number++) {
            Step step = what.step(number, run.site());
            told.add(number + ": " + step);
            Site site = run.site();
            try {
                run.step(number, step);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(report(what, platform, number, told, site, e), e);
            }
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            boolean over = took.compareTo(what.longest()) > 0;
            if (number % PROGRESS == 0 || number == what.steps() || over) {
                System.out.printf(
                        "model: seed %d, step %d after %d s, %d probes judged%n",
                        what.seed(), number, took.toSeconds(), run.judged());
            }
            if (over) {
                System.out.printf("model: go on with -Dmodel.seed=%d -Dmodel.from=%d%n", what.seed(), number + 1);
                return;
            }
        }
    }

    private static String report(
            Run what, ModelPlatform platform, int number, List<String> told, Site site, Throwable failure) {
        int near = Math.max(what.from(), number - NEIGHBOURHOOD);
        return failure.getMessage() + "\nseed " + what.seed() + ", step " + number + "; the steps up to it:\n"
                + String.join("\n", told.subList(near - what.from(), told.size())) + "\nbefore the last one:\n" + site
                + "to repeat: " + what.command(near, number) + "\n" + platform.evidence();
    }
}
