package org.flowstream.reconcile;

import java.util.Optional;
import org.flowstream.model.Name;

/**
 * What the loop remembers of one machine between two looks: whether it ran, so that its end is seen as one, and when it
 * may start again. Nothing of it is a status; that is read from the world.
 *
 * @param chain the chain that it is a part of
 * @param running whether it was seen to run, or was started, and has not been seen to end
 * @param ready whether it was ready at the latest look
 */
record MachineWatch(Name name, Name chain, boolean running, boolean ready, RestartPolicy policy) {
    MachineWatch withRunning(boolean now) {
        return new MachineWatch(name, chain, now, now && ready, policy);
    }

    MachineWatch withReady(boolean now) {
        return new MachineWatch(name, chain, running, now, policy);
    }

    MachineWatch withPolicy(RestartPolicy next) {
        return new MachineWatch(name, chain, running, ready, next);
    }

    /** Why it is not started again, if it is not. */
    Optional<String> failure() {
        return Optional.ofNullable(policy.failure()).map(Object::toString);
    }
}
