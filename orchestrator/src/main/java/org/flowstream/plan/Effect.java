package org.flowstream.plan;

import java.util.List;
import java.util.Locale;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;

/** What a plan means for one middlebox. */
public enum Effect {
    /** It stays as it is. */
    NOTHING,
    /** It goes on running, and something of it or around it changes. */
    HOT,
    /** Its machine starts; there is none now. */
    STARTS,
    /** Its machine ends and starts anew: what it holds of its flows is lost. */
    RESTARTS,
    /** Its machine ends. */
    STOPS;

    /** The effect of actions on the machine of a middlebox of a chain. */
    public static Effect of(List<Action> actions, Name chain, MachineId machine, Name middlebox) {
        boolean starts = actions.stream()
                .anyMatch(action -> action instanceof Action.StartMachine it
                        && it.machine().id().equals(machine));
        boolean ends = actions.stream().anyMatch(action -> ends(action, machine));
        if (starts || ends) {
            return !ends ? STARTS : starts ? RESTARTS : STOPS;
        }
        String domain = "domain flowstream-" + middlebox;
        boolean touched = actions.stream()
                .filter(action -> action.chain().filter(chain::equals).isPresent())
                .filter(action -> !action.touches().isEmpty())
                .anyMatch(action -> action.touches().contains(domain)
                        || action.touches().stream().noneMatch(it -> it.startsWith("domain ")));
        return touched ? HOT : NOTHING;
    }

    private static boolean ends(Action action, MachineId machine) {
        return (action instanceof Action.StopMachine stop && stop.machine().id().equals(machine))
                || (action instanceof Action.DestroyMachine destroy
                        && destroy.machine().id().equals(machine));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
