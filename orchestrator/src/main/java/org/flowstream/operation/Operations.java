package org.flowstream.operation;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.model.Name;
import org.flowstream.model.Operation;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Pass;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.store.Store;
import org.flowstream.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations that go on and the latest that have ended. Whether one is done is judged at each look of the loop at the
 * world, by its goals; its stages are the events about its chains. They are in the store, so that the next daemon knows
 * them, and goes on with those whose goal can be told from what is declared. Safe for all threads.
 */
public final class Operations implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Operations.class);
    private static final int WRITE_BOUND_SECONDS = 10;

    private final Store store;
    private final Declarations declarations;
    private final Reconciler reconciler;
    private final EventLog events;
    private final Clock clock;
    private final TreeMap<Long, Operation> all = new TreeMap<>();
    private final Map<Long, Going> going = new TreeMap<>();
    private long nextId = 1;
    /** The latest event whose stage is in its operations. */
    private long read;

    /** Writes in the order of what happened; nobody but who begins an operation waits for it. */
    private final ExecutorService writer = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "operations");
        thread.setDaemon(true);
        return thread;
    });

    public Operations(Store store, Declarations declarations, Reconciler reconciler, EventLog events, Clock clock) {
        this.store = store;
        this.declarations = declarations;
        this.reconciler = reconciler;
        this.events = events;
        this.clock = clock;
    }

    /** Takes up what an earlier daemon left, and listens to the loop; to be called before that starts. */
    public void start() {
        reconciler.whenSeen(this::judge);
        List<Operation> known = store.operations();
        synchronized (this) {
            known.forEach(operation -> all.put(operation.id(), operation));
            nextId = all.isEmpty() ? 1 : all.lastKey() + 1;
            read = events.latest();
        }
        Resumption resumption = new Resumption(declarations);
        known.stream()
                .filter(Operation::isRunning)
                .forEach(operation -> resumption
                        .goals(operation)
                        .ifPresentOrElse(
                                goals -> resume(operation, goals),
                                () -> end(operation.id(), Operation.State.FAILED, Resumption.LOST)));
    }

    private synchronized void resume(Operation operation, List<Goal> goals) {
        Undo undo = Undo.none(
                "the daemon was started anew since operation " + operation.id() + " began",
                "flowstream ps; flowstream chain ls");
        Asked asked = new Asked(
                operation.kind(), operation.owner(), operation.subject(), operation.chains(), read, goals, undo);
        going.put(operation.id(), new Going(asked, declarations, reconciler.round()));
    }

    /** Begins an operation, whose request is written down by now. */
    public Operation begin(Asked asked) {
        Operation begun;
        synchronized (this) {
            readEvents();
            Going newOne = new Going(asked, declarations, reconciler.round());
            begun = new Operation(
                    nextId++,
                    asked.kind(),
                    asked.owner(),
                    asked.subject(),
                    asked.chains(),
                    Operation.State.RUNNING,
                    clock.instant(),
                    null,
                    List.of(),
                    "");
            all.put(begun.id(), begun);
            going.put(begun.id(), newOne);
            for (EventLog.Entry entry : events.after(asked.since())) {
                if (entry.number() <= read) {
                    take(begun.id(), newOne, entry);
                }
            }
        }
        tell(begun);
        write(begun.id());
        reconciler.wake();
        return begun;
    }

    /** Those that are kept, oldest first. */
    public synchronized List<Operation> list() {
        readEvents();
        return List.copyOf(all.values());
    }

    public synchronized Optional<Operation> operation(long id) {
        readEvents();
        return Optional.ofNullable(all.get(id));
    }

    /** What an operation waits for: what is not so yet, and why. Empty when it waits for nothing of the world. */
    public Optional<Waits> waitsFor(long id) {
        List<Goal> goals;
        synchronized (this) {
            Going one = going.get(id);
            goals = one == null ? List.of() : one.goals();
        }
        Optional<Pass> pass = reconciler.latest();
        return goals.stream()
                .filter(goal -> pass.filter(goal::holds).isEmpty())
                .findFirst()
                .map(goal -> new Waits(goal.missing(), goal.waitsFor(reconciler)));
    }

    /** What an operation waits for: what is not so yet, and what keeps it from being so. */
    public record Waits(String missing, String why) {}

    /** Waits until an operation has ended; empty when it has not in that time. */
    public synchronized Optional<Operation> await(long id, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Operation operation = all.get(id);
            if (operation == null || !operation.isRunning()) {
                return Optional.ofNullable(operation);
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return Optional.empty();
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
    }

    /**
     * Takes back what an operation asked for.
     *
     * @throws CancelException when that cannot be, or it has ended
     */
    public Operation cancel(Operation operation) {
        Undo undo;
        synchronized (this) {
            Going one = going.get(operation.id());
            if (one == null) {
                throw new CancelException(
                        "operation " + operation.id() + " has ended", "flowstream operation show " + operation.id());
            }
            if (!one.hold()) {
                throw new CancelException(
                        "operation " + operation.id() + " is being cancelled already",
                        "flowstream operation wait " + operation.id());
            }
            undo = one.asked().undo();
        }
        boolean good = false;
        try {
            String outcome = undo.takeBack();
            good = true;
            end(operation.id(), Operation.State.CANCELLED, outcome);
            return operation(operation.id()).orElse(operation);
        } finally {
            if (!good) {
                release(operation.id());
            }
        }
    }

    private synchronized void release(long id) {
        Going one = going.get(id);
        if (one != null) {
            one.release();
        }
    }

    /** Adds a stage to an operation that goes on, behind those that events tell of so far. */
    public synchronized void stage(long id, Operation.Stage stage) {
        readEvents();
        all.computeIfPresent(id, (key, operation) -> operation.isRunning() ? operation.with(stage) : operation);
    }

    /** Ends an operation, unless it has ended before. */
    public void end(long id, Operation.State state, String outcome) {
        end(id, state, outcome, false);
    }

    private void end(long id, Operation.State state, String outcome, boolean judged) {
        Operation ended;
        synchronized (this) {
            readEvents();
            Operation before = all.get(id);
            boolean held = judged
                    && Optional.ofNullable(going.get(id)).filter(Going::isHeld).isPresent();
            if (before == null || !before.isRunning() || held) {
                return;
            }
            ended = before.ended(state, clock.instant(), outcome);
            all.put(id, ended);
            going.remove(id);
            forgetOldest();
            notifyAll();
        }
        tell(ended);
        writeLater(id);
    }

    private void forgetOldest() {
        List<Long> over = all.values().stream()
                .filter(operation -> !operation.isRunning())
                .map(Operation::id)
                .toList();
        over.subList(0, Math.max(0, over.size() - Store.KEPT_OPERATIONS)).forEach(all::remove);
    }

    private void tell(Operation operation) {
        events.add(
                operation.owner(),
                new Event.OperationChanged(
                        operation.id(),
                        operation.kind(),
                        operation.state(),
                        operation.chains().stream()
                                .filter(chain -> chain.toString().equals(operation.subject()))
                                .findFirst(),
                        operation.outcome()));
    }

    /** Ends what a look at the world shows to be done, or not to come about. */
    private void judge(Pass pass) {
        Map<Long, Going> judged;
        synchronized (this) {
            readEvents();
            judged = new TreeMap<>(going);
        }
        if (judged.isEmpty()) {
            return;
        }
        // What serves a part of a chain's flow as the chain was before is on its way out.
        Set<Name> outdated = declarations.outdatedInstances().stream()
                .flatMap(instance -> instance.spec().spec().part().of().stream())
                .collect(Collectors.toSet());
        judged.forEach((id, one) -> {
            if (!one.sees(pass)) {
                return;
            }
            if (one.asked().chains().stream().noneMatch(outdated::contains)
                    && one.goals().stream().allMatch(goal -> goal.holds(pass))) {
                end(id, Operation.State.DONE, one.asked().kind().isDone(), true);
                return;
            }
            one.goals().stream()
                    .flatMap(goal -> goal.failure(declarations, reconciler).stream())
                    .findFirst()
                    .ifPresent(reason -> end(id, Operation.State.FAILED, reason, true));
        });
    }

    private void readEvents() {
        if (going.isEmpty()) {
            read = events.latest();
            return;
        }
        for (EventLog.Entry entry : events.after(read)) {
            going.forEach((id, one) -> take(id, one, entry));
            read = entry.number();
        }
    }

    private void take(long id, Going one, EventLog.Entry entry) {
        one.stage(entry.event()).ifPresent(stage -> all.computeIfPresent(id, (key, it) -> it.with(stage)));
    }

    /** An operation that cannot be written down goes on all the same: it is no more than a record of what is done. */
    private void write(long id) {
        try {
            writer.submit(() -> put(id)).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (RejectedExecutionException e) {
            LOG.debug("operation {} began while the daemon ends", id);
        }
    }

    private void writeLater(long id) {
        try {
            writer.execute(() -> put(id));
        } catch (RejectedExecutionException e) {
            LOG.debug("operation {} ended while the daemon ends", id);
        }
    }

    private void put(long id) {
        Operation operation;
        synchronized (this) {
            operation = all.get(id);
        }
        try {
            if (operation != null) {
                store.put(operation);
            }
        } catch (StoreException e) {
            LOG.warn("operation {} is not written down: {}", id, e.getMessage());
        }
    }

    /** Ends when all is written; operations that go on are the next daemon's. */
    @Override
    public void close() {
        writer.shutdown();
        try {
            if (!writer.awaitTermination(WRITE_BOUND_SECONDS, TimeUnit.SECONDS)) {
                writer.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
