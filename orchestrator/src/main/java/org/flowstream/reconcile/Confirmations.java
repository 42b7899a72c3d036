package org.flowstream.reconcile;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.model.Change;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.Name;
import org.flowstream.model.PendingChange;
import org.flowstream.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a change back that was not confirmed in time. What waits is in the store, so that a daemon that comes back when
 * the time is over takes it back then.
 */
public final class Confirmations implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Confirmations.class);
    /** How often the clock is looked at while a change waits: it may be set meanwhile. */
    private static final Duration GLANCE = Duration.ofSeconds(1);

    private final Declarations declarations;
    private final Reconciler reconciler;
    private final EventLog events;
    private final Clock clock;
    private final Thread watch;
    private boolean closed;
    /** The next attempt, after one that the store refused. */
    private Instant notBefore = Instant.MIN;

    public Confirmations(Declarations declarations, Reconciler reconciler, EventLog events, Clock clock) {
        this.declarations = declarations;
        this.reconciler = reconciler;
        this.events = events;
        this.clock = clock;
        this.watch = new Thread(this::run, "confirmations");
        watch.setDaemon(true);
    }

    /** Takes back at once what is over already, and goes on watching. */
    public void start() {
        takeBackWhatIsOver();
        watch.start();
    }

    /** A change waits from now on. */
    public synchronized void wake() {
        notifyAll();
    }

    private void run() {
        try {
            while (awaitOver()) {
                takeBackWhatIsOver();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean awaitOver() throws InterruptedException {
        while (!closed && !isOver()) {
            wait(pending().isPresent() ? GLANCE.toMillis() : 0);
        }
        return !closed;
    }

    private boolean isOver() {
        Instant now = clock.instant();
        return pending().filter(it -> !it.until().isAfter(now)).isPresent() && !now.isBefore(notBefore);
    }

    private Optional<PendingChange> pending() {
        try {
            return declarations.pending();
        } catch (StoreException e) {
            LOG.error("{}. Cure: {}", e.getMessage(), e.cure());
            return Optional.empty();
        }
    }

    private synchronized void takeBackWhatIsOver() {
        Optional<PendingChange> pending = pending();
        if (pending.isEmpty() || !isOver()) {
            return;
        }
        Change undo = pending.get().undo();
        try {
            List<DeclaredChain> before = declarations.chains();
            declarations.change(undo, Optional.empty()).forEach(chain -> told(chain, true));
            before.stream()
                    .filter(chain -> undo.chainsAway().contains(chain.name()))
                    .forEach(chain -> told(chain, false));
            undo.ports().forEach(port -> events.add(port.owner(), new Event.PortDeclared(port.name(), true)));
            reconciler.wake();
            Name set = pending.get().set();
            LOG.info("the change of set '{}' was not confirmed in time and is taken back", set);
        } catch (StoreException e) {
            notBefore = clock.instant().plus(GLANCE);
            LOG.error("an unconfirmed change cannot be taken back: {}. Cure: {}", e.getMessage(), e.cure());
        }
    }

    private void told(DeclaredChain chain, boolean present) {
        events.add(chain.spec().owner(), new Event.Declared(chain.name(), present, "the change was not confirmed"));
        reconciler.asked(chain, present);
    }

    /** Keeps the pending change; empty when none waits. */
    public synchronized Optional<PendingChange> confirm() {
        Optional<PendingChange> pending = declarations.confirm();
        notifyAll();
        return pending;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        watch.interrupt();
    }
}
