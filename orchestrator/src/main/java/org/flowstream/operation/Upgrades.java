package org.flowstream.operation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.image.Image;
import org.flowstream.image.ImageException;
import org.flowstream.image.ImageStore;
import org.flowstream.image.Runtimes;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.Change;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Operation;
import org.flowstream.model.Owner;
import org.flowstream.model.RunState;
import org.flowstream.plan.Effect;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Pass;
import org.flowstream.reconcile.Reconciler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings middleboxes whose images are on the runtime of another version onto that of this program, one after the other:
 * each image is built anew and declared, which the loop brings about, hot where a machine can take it, else by a restart;
 * the next one follows when the chain is ready again. The first that does not become ready is taken back, and ends it.
 */
public final class Upgrades {
    private static final Logger LOG = LoggerFactory.getLogger(Upgrades.class);
    /** A machine that is not ready after so long has failed. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String ALL = "all";

    private final Declarations declarations;
    private final Reconciler reconciler;
    private final Operations operations;
    private final ImageStore images;
    private final EventLog events;
    /** Built in a look ahead, and not in the store before they are needed. */
    private final Map<ImageDigest, Image> built = new ConcurrentHashMap<>();

    public Upgrades(
            Declarations declarations,
            Reconciler reconciler,
            Operations operations,
            ImageStore images,
            EventLog events) {
        this.declarations = declarations;
        this.reconciler = reconciler;
        this.operations = operations;
        this.images = images;
        this.events = events;
    }

    /**
     * What an upgrade would do; changes nothing.
     *
     * @param only one chain; empty for all
     * @throws org.flowstream.reconcile.WorldException when the host cannot be looked at
     */
    public synchronized List<UpgradeStep> plan(Optional<Name> only) {
        Runtimes runtimes = Runtimes.ofProgram();
        List<UpgradeStep> steps = new ArrayList<>();
        Lazy renewal = new Lazy();
        for (DeclaredChain chain : declarations.chains()) {
            if (only.filter(name -> !name.equals(chain.name())).isPresent()) {
                continue;
            }
            for (MiddleboxSpec middlebox : chain.spec().spec().middleboxes()) {
                step(chain.spec(), middlebox, runtimes, renewal).ifPresent(steps::add);
            }
        }
        return effects(steps);
    }

    /** The compiler is not loaded before there is something to build. */
    private static final class Lazy {
        private Optional<Renewal> renewal = Optional.empty();

        Renewal get() {
            renewal = renewal.or(() -> Optional.of(new Renewal()));
            return renewal.orElseThrow();
        }
    }

    private Optional<UpgradeStep> step(ChainSpec chain, MiddleboxSpec middlebox, Runtimes runtimes, Lazy renewal) {
        String runtime;
        try {
            runtime = images.get(middlebox.image()).manifest().runtime();
        } catch (ImageException e) {
            return Optional.of(
                    UpgradeStep.leftAlone(chain.name(), chain.owner(), middlebox, "", String.valueOf(e.getMessage())));
        }
        if (middlebox.guest().isForeign() || runtimes.has(runtime)) {
            return Optional.empty();
        }
        Optional<String> obstacle = obstacle(chain);
        if (obstacle.isPresent()) {
            return Optional.of(UpgradeStep.leftAlone(chain.name(), chain.owner(), middlebox, runtime, obstacle.get()));
        }
        Renewal.Result result = renewal.get().of(middlebox);
        if (result instanceof Renewal.Renewed renewed) {
            built.put(renewed.image().digest(), renewed.image());
            return Optional.of(new UpgradeStep(
                    chain.name(),
                    chain.owner(),
                    middlebox,
                    runtime,
                    Optional.of(renewed.middlebox()),
                    Optional.empty(),
                    ""));
        }
        return Optional.of(UpgradeStep.leftAlone(
                chain.name(), chain.owner(), middlebox, runtime, ((Renewal.LeftAlone) result).reason()));
    }

    /** Why no machine of a chain can be replaced alone, to be waited for. */
    private static Optional<String> obstacle(ChainSpec chain) {
        if (chain.spec().isOnDemand()) {
            return Optional.of("its machines come with packets: apply it anew, which ends those that serve now");
        }
        return chain.spec().state() == RunState.STOPPED
                ? Optional.of("its chain is stopped: nothing could tell whether the new image becomes ready")
                : chain.spec().state() == RunState.SUSPENDED
                        ? Optional.of("its chain is suspended: the machine would lose what it holds")
                        : Optional.empty();
    }

    /** What becomes of the machines, by the planner's own word. */
    private List<UpgradeStep> effects(List<UpgradeStep> steps) {
        Map<Name, ChainSpec> changed = new HashMap<>();
        for (UpgradeStep step : steps) {
            step.to()
                    .ifPresent(to -> declarations
                            .chain(step.chain())
                            .ifPresent(chain -> changed.merge(
                                    step.chain(), chain.spec().with(to), (before, own) -> before.with(to))));
        }
        if (changed.isEmpty()) {
            return steps;
        }
        Change change = new Change(List.copyOf(changed.values()), List.of(), List.of(), List.of(), List.of());
        Pass pass =
                reconciler.preview(declarations.supposing(change), declarations.ports(), declarations.leavingPorts());
        return steps.stream().map(step -> effect(step, pass)).toList();
    }

    private UpgradeStep effect(UpgradeStep step, Pass pass) {
        return step.to().isEmpty()
                ? step
                : declarations
                        .chain(step.chain())
                        .map(chain -> step.with(Effect.of(
                                pass.plan().actions(),
                                step.chain(),
                                chain.machine(step.from().name()),
                                step.from().name())))
                        .orElse(step);
    }

    /** Begins to do what {@link #plan} says. One upgrade goes on at a time. */
    public Operation begin(Optional<Name> only) {
        List<UpgradeStep> steps = plan(only);
        List<UpgradeStep> due =
                steps.stream().filter(step -> step.to().isPresent()).toList();
        Operation operation;
        synchronized (this) {
            operations.list().stream()
                    .filter(other -> other.isRunning() && other.kind() == Operation.Kind.UPGRADE)
                    .findFirst()
                    .ifPresent(other -> {
                        throw new CancelException(
                                "operation " + other.id() + " is an upgrade that goes on",
                                "flowstream operation wait " + other.id());
                    });
            operation = operations.begin(asked(only, due));
        }
        String leftAlone = due.size() == steps.size() ? "" : "; " + (steps.size() - due.size()) + " left alone";
        Thread thread = new Thread(() -> run(operation, due, leftAlone), "upgrade-" + operation.id());
        thread.setDaemon(true);
        thread.start();
        return operation;
    }

    private Asked asked(Optional<Name> only, List<UpgradeStep> due) {
        SortedMap<Name, Owner> owners = new TreeMap<>();
        due.forEach(step -> owners.put(step.chain(), step.owner()));
        return Asked.of(
                Operation.Kind.UPGRADE,
                only.map(Name::toString).orElse(ALL),
                owners,
                events.latest(),
                List.of(),
                () -> "it stops after the machine that it is at; what is upgraded stays so");
    }

    private void run(Operation operation, List<UpgradeStep> due, String leftAlone) {
        int done = 0;
        try {
            for (UpgradeStep step : due) {
                if (!goesOn(operation)) {
                    return;
                }
                Optional<String> failure = upgrade(operation, step);
                if (failure.isPresent()) {
                    operations.end(
                            operation.id(),
                            Operation.State.FAILED,
                            failure.get() + "; " + done + " of " + due.size() + " upgraded");
                    return;
                }
                done++;
            }
            operations.end(operation.id(), Operation.State.DONE, done + " of " + due.size() + " upgraded" + leftAlone);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("operation {} failed", operation.id(), e);
            operations.end(operation.id(), Operation.State.FAILED, String.valueOf(e.getMessage()));
        }
    }

    private boolean goesOn(Operation operation) {
        return operations.operation(operation.id()).filter(Operation::isRunning).isPresent();
    }

    /** Brings one middlebox onto its new image; why it could not be, else empty. */
    private Optional<String> upgrade(Operation operation, UpgradeStep step) throws InterruptedException {
        MiddleboxSpec to = step.to().orElseThrow();
        Image image = built.remove(to.image());
        if (image != null) {
            images.put(image);
        }
        long begin = System.nanoTime();
        Optional<DeclaredChain> declared = declare(step.chain(), step.from(), to);
        if (declared.isEmpty()) {
            return Optional.of(step.from().name() + ": it was changed since");
        }
        Optional<String> failure = awaitReady(declared.get());
        if (failure.isEmpty()) {
            operations.stage(
                    operation.id(),
                    new Operation.Stage(
                            step.from().name(),
                            "upgrade",
                            step.effect().map(effect -> effect + ", ").orElse("") + "image "
                                    + to.image().abbreviated(),
                            System.nanoTime() - begin));
            return Optional.empty();
        }
        return failure.map(reason -> reason + takeBack(step, to));
    }

    private String takeBack(UpgradeStep step, MiddleboxSpec to) {
        try {
            Optional<DeclaredChain> declared = declare(step.chain(), to, step.from());
            if (declared.isEmpty()) {
                return "";
            }
            return awaitReady(declared.get())
                    .map(reason -> "; its earlier image is declared again, and is not ready either")
                    .orElse("; it is ready again with its earlier image");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "; its earlier image is declared again";
        }
    }

    /** Puts one middlebox of a chain in place of another; empty where that is not the one that is declared. */
    private Optional<DeclaredChain> declare(Name name, MiddleboxSpec before, MiddleboxSpec after) {
        Optional<DeclaredChain> changed = declarations
                .chain(name)
                .filter(chain -> chain.spec().spec().middleboxes().contains(before))
                .flatMap(then -> declarations.update(
                        name,
                        now -> now.spec().equals(then.spec())
                                ? now.withSpec(now.spec().with(after))
                                : now))
                .filter(chain -> chain.spec().spec().middleboxes().contains(after));
        changed.ifPresent(chain -> {
            events.add(
                    chain.spec().owner(),
                    new Event.Declared(
                            name,
                            true,
                            after.name() + " with image " + after.image().abbreviated()));
            reconciler.asked(chain, true);
        });
        return changed;
    }

    private Optional<String> awaitReady(DeclaredChain chain) throws InterruptedException {
        return new Goal.Ready(chain.spec(), true).await(declarations, reconciler, PATIENCE);
    }
}
