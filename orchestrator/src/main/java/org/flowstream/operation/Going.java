package org.flowstream.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.flowstream.event.Event;
import org.flowstream.model.Name;
import org.flowstream.model.Operation;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Pass;

/** What is known of an operation only while it goes on. Used under the lock of {@link Operations}, but for its values. */
final class Going {
    private final Asked asked;
    private final long round;
    /** Of its chains and of their middleboxes. */
    private final Set<Name> names = new TreeSet<>();

    private volatile boolean held;

    /** @param round of the loop that may not have seen yet what was asked */
    Going(Asked asked, Declarations declarations, long round) {
        this.asked = asked;
        this.round = round;
        names.addAll(asked.chains());
        asked.chains().stream()
                .flatMap(chain -> declarations.chain(chain).stream())
                .forEach(chain -> names.addAll(chain.machines().keySet()));
    }

    Asked asked() {
        return asked;
    }

    List<Goal> goals() {
        return asked.goals();
    }

    /** Whether a look at the world can tell anything of it. */
    boolean sees(Pass pass) {
        return !held && !goals().isEmpty() && pass.number() > round;
    }

    /** Keeps it from being judged while it is cancelled; false when that goes on already. */
    boolean hold() {
        boolean first = !held;
        held = true;
        return first;
    }

    void release() {
        held = false;
    }

    boolean isHeld() {
        return held;
    }

    /** The stage that an event tells of; empty for one that is about something else. */
    Optional<Operation.Stage> stage(Event event) {
        if (event.subject().filter(names::contains).isEmpty()) {
            return Optional.empty();
        }
        if (event instanceof Event.StageDone done && asked.kind().leadsToReady()) {
            return Optional.of(new Operation.Stage(
                    done.name(),
                    done.stage().toString(),
                    done.detail(),
                    done.took().toNanos()));
        }
        if (event instanceof Event.ActionDone done && !asked.kind().leadsToReady()) {
            return done.subject()
                    .map(name -> new Operation.Stage(
                            name, done.type(), done.action(), done.took().toNanos()));
        }
        return Optional.empty();
    }
}
