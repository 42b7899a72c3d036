package org.flowstream.reconcile;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import org.flowstream.model.ExitReason;
import org.flowstream.model.MachineId;
import org.flowstream.store.Store;
import org.flowstream.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes ends of machines down. A store that cannot be written, as on a full disk, holds up no restart: what it did not
 * take waits here and is written when it can be. Used under its owner's lock.
 */
final class ExitBook {
    private static final Logger LOG = LoggerFactory.getLogger(ExitBook.class);
    private static final int MOST_WAITING = 1000;

    private final Store store;
    private final Deque<Entry> waiting = new ArrayDeque<>();

    private record Entry(MachineId machine, ExitReason reason) {}

    ExitBook(Store store) {
        this.store = store;
    }

    void add(MachineId machine, ExitReason reason) {
        if (waiting.size() == MOST_WAITING) {
            waiting.removeFirst();
        }
        waiting.addLast(new Entry(machine, reason));
        write();
    }

    /** Writes what waits, the oldest first. */
    void write() {
        while (!waiting.isEmpty()) {
            Entry entry = waiting.getFirst();
            try {
                store.addExit(entry.machine, entry.reason);
            } catch (StoreException e) {
                LOG.warn("an end of machine {} is not written down yet: {}", entry.machine, e.getMessage());
                return;
            }
            waiting.removeFirst();
        }
    }

    /** Forgets the ends of all machines but these. */
    void keepOnly(Collection<MachineId> machines) {
        waiting.removeIf(entry -> !machines.contains(entry.machine));
    }
}
