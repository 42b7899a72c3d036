package org.flowstream.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.flowstream.model.MachineId;

/** What holds of every plan, whatever is desired and observed; {@link World} asserts the order of actions. */
final class PlannerProperties {
    @Property(tries = 20_000)
    void afterAPlanThereIsNothingToDo(@ForAll long seed) {
        Worlds worlds = new Worlds(seed);
        Desired desired = worlds.desired();
        World world = new World(worlds.observed(), desired);
        Plan plan = Planner.plan(desired, world.observed());
        world.execute(plan);
        Plan again = Planner.plan(desired, world.observed());
        assertThat(again.actions()).as("after %s", plan.actions()).isEmpty();
        assertThat(again.blocked()).as("what is blocked stays so").isEqualTo(plan.blocked());
    }

    @Property(tries = 20_000)
    void aPlanThatStopsAnywhereIsFinishedByTheNext(@ForAll long seed) {
        Worlds worlds = new Worlds(seed);
        Desired desired = worlds.desired();
        World world = new World(worlds.observed(), desired);
        List<Action> actions = Planner.plan(desired, world.observed()).actions();
        int stop = actions.isEmpty() ? 0 : Math.floorMod((int) (seed >>> 20), actions.size());
        world.execute(new Plan(actions.subList(0, stop), List.of()));
        World restarted = new World(world.observed(), desired);
        restarted.execute(Planner.plan(desired, restarted.observed()));
        assertThat(Planner.plan(desired, restarted.observed()).actions()).isEmpty();
    }

    @Property(tries = 5_000)
    void nothingOfOursIsLeftAfterAPurge(@ForAll long seed) {
        Observed before = new Worlds(seed).observed();
        World world = new World(before, Desired.nothing(Worlds.OWN));
        world.execute(Planner.purge(Worlds.OWN, before));
        Observed after = world.observed();
        assertThat(after.machines()).isEmpty();
        assertThat(after.taps()).isEmpty();
        assertThat(after.rules()).isEmpty();
        assertThat(after.bridge(Worlds.OWN)).isEmpty();
        assertThat(after.ports())
                .as("others' ports, and only they")
                .containsExactlyElementsOf(before.ports().stream()
                        .filter(port -> !port.tagged())
                        .sorted((a, b) -> a.name().compareTo(b.name()))
                        .toList());
    }

    @Property(tries = 5_000)
    void portsOfOthersAreNeverTouched(@ForAll long seed) {
        Worlds worlds = new Worlds(seed);
        Desired desired = worlds.desired();
        Observed before = worlds.observed();
        Plan plan = Planner.plan(desired, before);
        for (ObservedPort port : before.ports()) {
            if (!port.tagged() && MachineId.ofPort(port.name()).isPresent()) {
                assertThat(plan.actions()).noneMatch(action -> action.touches().contains("port " + port.name()));
            }
        }
    }
}
