package org.flowstream.operation;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Operation;
import org.flowstream.model.Trial;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Middleboxes that take another configuration: it is declared as a trial, which the loop brings about, and which is taken
 * back when the machine refuses it or its chain does not become ready with it. Trials are in the store: the next daemon
 * goes on with those of one that died or was stopped. Safe for all threads.
 */
public final class Reconfigurations implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reconfigurations.class);
    /** A chain that is not ready after so long with a new configuration gets its earlier one back. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String START = "start-machine";

    private final Declarations declarations;
    private final Reconciler reconciler;
    private final Operations operations;
    private final EventLog events;

    /** Taken back, and not noticed yet by who waits for them. */
    private final Set<Trial> cancelled = new HashSet<>();

    private final ExecutorService waiters = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "reconfiguration");
        thread.setDaemon(true);
        return thread;
    });

    public Reconfigurations(Declarations declarations, Reconciler reconciler, Operations operations, EventLog events) {
        this.declarations = declarations;
        this.reconciler = reconciler;
        this.operations = operations;
        this.events = events;
    }

    /** Goes on with what an earlier daemon began; to be called when {@link Operations} has started. */
    public void start() {
        for (Trial trial : declarations.trials()) {
            running(trial.chain())
                    .ifPresentOrElse(
                            operation -> run(operation, trial, changed(trial), events.latest()),
                            () -> declarations.endTrial(trial, true));
        }
    }

    private Optional<Operation> running(Name chain) {
        return operations.list().stream()
                .filter(operation -> operation.isRunning() && operation.kind() == Operation.Kind.RECONFIGURE)
                .filter(operation -> operation.chains().contains(chain))
                .findFirst();
    }

    /** The middlebox that a trial is about. */
    private static Name changed(Trial trial) {
        List<MiddleboxSpec> before = trial.before().spec().middleboxes();
        return trial.after().spec().middleboxes().stream()
                .filter(middlebox -> !before.contains(middlebox))
                .map(MiddleboxSpec::name)
                .findFirst()
                .orElse(trial.chain());
    }

    /**
     * Declares the new configuration and begins to wait for it.
     *
     * @throws CancelException when the chain has changed, or another reconfiguration of it goes on
     */
    public synchronized Operation begin(Trial trial, Name middlebox) {
        running(trial.chain()).ifPresent(other -> {
            throw new CancelException(
                    "operation " + other.id() + " is a reconfiguration of chain '" + trial.chain() + "' that goes on",
                    "flowstream operation wait " + other.id());
        });
        long since = events.latest();
        DeclaredChain tried = declarations
                .tryOut(trial)
                .orElseThrow(() -> new CancelException(
                        "chain '" + trial.chain() + "' was changed meanwhile",
                        "flowstream chain show " + trial.chain()));
        tell(tried, middlebox + " with another configuration");
        Operation operation = operations.begin(new Asked(
                Operation.Kind.RECONFIGURE,
                tried.spec().owner(),
                tried.name().toString(),
                List.of(tried.name()),
                since,
                List.of(),
                () -> cancel(trial)));
        run(operation, trial, middlebox, since);
        return operation;
    }

    private void tell(DeclaredChain chain, String detail) {
        events.add(chain.spec().owner(), new Event.Declared(chain.name(), true, detail));
        reconciler.asked(chain, true);
    }

    private synchronized String cancel(Trial trial) {
        if (takeBack(trial).isEmpty()) {
            throw new CancelException(
                    "chain '" + trial.chain() + "' was changed since", "flowstream chain show " + trial.chain());
        }
        cancelled.add(trial);
        return "its earlier configuration is declared again";
    }

    private Optional<DeclaredChain> takeBack(Trial trial) {
        Optional<DeclaredChain> back = declarations.endTrial(trial, false);
        back.ifPresent(chain -> tell(chain, "with its earlier configuration"));
        return back;
    }

    private void run(Operation operation, Trial trial, Name middlebox, long since) {
        waiters.execute(() -> {
            try {
                settle(operation, trial, middlebox, since);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the next daemon goes on with it
            } catch (StoreException e) {
                LOG.error("operation {}: {}. Cure: {}", operation.id(), e.getMessage(), e.cure());
                operations.end(operation.id(), Operation.State.FAILED, String.valueOf(e.getMessage()));
            }
        });
    }

    private void settle(Operation operation, Trial trial, Name middlebox, long since) throws InterruptedException {
        Optional<String> failure = new Goal.Ready(trial.after(), true).await(declarations, reconciler, PATIENCE);
        Optional<DeclaredChain> back;
        boolean refused = wasRefused(trial, middlebox);
        synchronized (this) {
            if (cancelled.remove(trial)) {
                return;
            }
            if (failure.isEmpty()) {
                declarations.endTrial(trial, true);
                operations.end(operation.id(), Operation.State.DONE, done(trial, middlebox, since));
                return;
            }
            back = takeBack(trial);
        }
        String outcome = failure.get();
        if (back.isPresent()) {
            outcome += new Goal.Ready(back.get().spec(), true)
                    .await(declarations, reconciler, PATIENCE)
                    .map(reason -> "; its earlier configuration is declared again, and is not ready either")
                    .orElse(
                            wasStarted(trial, middlebox, since)
                                    ? "; it was started anew with its earlier configuration: what it held of its flows is lost"
                                    : refused
                                            ? "; it goes on with its earlier configuration"
                                            : "; its earlier configuration is declared again");
        }
        operations.end(operation.id(), Operation.State.FAILED, outcome);
    }

    private String done(Trial trial, Name middlebox, long since) {
        return wasStarted(trial, middlebox, since)
                ? "it has its new configuration, and was started anew: what it held of its flows is lost"
                : "it has its new configuration, and what it held of its flows";
    }

    /** Whether the machine itself has said no, and so is as it was. One that was not heard may be dead already. */
    private boolean wasRefused(Trial trial, Name middlebox) {
        return declarations
                .chain(trial.chain())
                .flatMap(chain -> reconciler.failure(chain.machine(middlebox)))
                .isPresent();
    }

    /** Whether its machine ended or was replaced on the way, with all that it knew. */
    private boolean wasStarted(Trial trial, Name middlebox, long since) {
        return events.after(since).stream()
                .map(EventLog.Entry::event)
                .anyMatch(event -> (event instanceof Event.MiddleboxExited exit
                                && exit.name().equals(middlebox))
                        || (event instanceof Event.ActionDone done
                                && done.type().equals(START)
                                && done.subject().equals(Optional.of(trial.chain()))));
    }

    @Override
    public void close() {
        waiters.shutdownNow();
    }
}
