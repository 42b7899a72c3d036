package org.flowstream.plan;

import java.util.List;

/**
 * What to do, in order, and what cannot be done. A plan without actions means that the host is as it should be, as far
 * as it can be. Where an action fails, the rest of its chain's actions are left out and the others go on; the next plan
 * begins from what is then observed.
 */
public record Plan(List<Action> actions, List<Blocked> blocked) {
    public Plan {
        actions = List.copyOf(actions);
        blocked = List.copyOf(blocked);
    }

    public boolean isEmpty() {
        return actions.isEmpty();
    }
}
