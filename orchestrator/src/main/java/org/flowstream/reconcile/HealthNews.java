package org.flowstream.reconcile;

import java.time.Clock;
import java.util.Collection;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.health.Turns;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;

/** Tells of health levels that turn, by events; of one that flips often, now and then. */
final class HealthNews {
    private final EventLog events;
    private final Turns turns;

    HealthNews(EventLog events, Clock clock) {
        this.events = events;
        this.turns = new Turns(clock);
    }

    /** The level MACHINE is told by the machine's start and end. */
    void turned(MachineSpec machine, HealthLevel level, boolean good, String detail) {
        if (level != HealthLevel.MACHINE) {
            turns.see(new Turns.Turn(machine, level, good, detail)).ifPresent(this::tell);
        }
    }

    /** Tells what was held back, of the machines that are declared. */
    void look(Collection<MachineId> declared) {
        turns.keepOnly(declared);
        turns.due().forEach(this::tell);
    }

    private void tell(Turns.Turn turn) {
        MachineSpec machine = turn.machine();
        events.add(machine.owner(), new Event.HealthChanged(machine.name(), turn.level(), turn.good(), turn.detail()));
    }
}
