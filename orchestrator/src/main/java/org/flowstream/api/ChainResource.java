package org.flowstream.api;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.event.Subscription;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.GuestKind;
import org.flowstream.model.Name;
import org.flowstream.model.Operation;
import org.flowstream.model.RunState;
import org.flowstream.operation.Asked;
import org.flowstream.operation.CancelException;
import org.flowstream.operation.Goal;
import org.flowstream.operation.Operations;
import org.flowstream.operation.Undo;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.WorldException;

/** {@code /v1/chains}: what is declared, and the requests to bring it about, each waiting as long as the client asks. */
public final class ChainResource {
    private static final Duration GLANCE = Duration.ofMillis(100);
    private static final Duration REMOVAL = Duration.ofSeconds(30);

    private final Declarations declarations;
    private final Reconciler reconciler;
    private final Declaring declaring;
    private final Operations operations;
    private final OperationWaits waits;
    private final EventLog events;

    public ChainResource(
            Declarations declarations,
            Reconciler reconciler,
            Declaring declaring,
            Operations operations,
            EventLog events) {
        this.declarations = declarations;
        this.reconciler = reconciler;
        this.declaring = declaring;
        this.operations = operations;
        this.waits = new OperationWaits(operations);
        this.events = events;
    }

    public List<Route> routes() {
        return List.of(
                new Route(
                        "GET",
                        "/v1/chains",
                        call -> Answer.ok(declarations.chains().stream()
                                .map(DeclaredChain::spec)
                                .toList())),
                new Route("POST", "/v1/chains", this::create),
                new Route(
                        "GET",
                        "/v1/chains/{name}",
                        call -> Answer.ok(known(call).spec())),
                new Route("DELETE", "/v1/chains/{name}", this::remove),
                new Route("POST", "/v1/chains/{name}/stop", this::stop),
                new Route("POST", "/v1/chains/{name}/suspend", this::suspend),
                new Route("POST", "/v1/chains/{name}/start", this::start),
                new Route("POST", "/v1/chains/{name}/restart", this::restart),
                new Route("POST", "/v1/chains/{name}/bypass", call -> bypassed(call, true)),
                new Route("POST", "/v1/chains/{name}/resume", call -> bypassed(call, false)));
    }

    /** The chain of that name, or the one that the middlebox of that name is a part of. */
    private DeclaredChain known(Call call) {
        Name name = call.path("name", Name::parse);
        return declarations
                .chain(name)
                .or(() -> declarations.chainOf(name))
                .orElseThrow(
                        () -> ApiProblem.notFound("there is no chain or middlebox '" + name + "'", "flowstream ps"));
    }

    /** Declares a new chain and tells, line by line, how it comes about; one that does not is removed again. */
    private Answer create(Call call) {
        ChainSpec spec = call.body(ChainSpec.class);
        Duration patience = OperationWaits.patience(call);
        long before = events.latest();
        DeclaredChain chain = declaring.create(spec);
        Operation run = operations.begin(
                Asked.of(Operation.Kind.RUN, chain, before, new Goal.Ready(chain.spec(), false), takeBack(chain)));
        if (patience.isZero()) {
            return new Answer.Value(202, OperationResource.view(operations, run));
        }
        return Answer.jsonLines(sink -> follow(sink, chain, run, before, patience));
    }

    private Undo takeBack(DeclaredChain chain) {
        return () -> {
            unchanged(chain);
            strikeOut(chain);
            return "it is removed again";
        };
    }

    /** What was asked of a chain is taken back only while that is the last that was asked of it. */
    private void unchanged(DeclaredChain then) {
        if (!declarations.isStill(then)) {
            throw new CancelException(
                    "chain '" + then.name() + "' was changed since", "flowstream chain show " + then.name());
        }
    }

    static ApiProblem unavailable(WorldException e) {
        // Systems are called as the doctor calls them.
        String cure = e.system().equals("libvirt") || e.system().equals("openvswitch")
                ? "flowstream doctor --fix " + e.system()
                : "flowstream doctor names it";
        return ApiProblem.unavailable(e.reason(), cure);
    }

    private void follow(Answer.Sink sink, DeclaredChain chain, Operation run, long before, Duration patience)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        Name name = chain.name();
        try (Subscription subscription = events.subscribe(before)) {
            while (true) {
                Optional<EventLog.Entry> entry = subscription.next(GLANCE);
                if (entry.isPresent()) {
                    Event event = entry.get().event();
                    boolean about = event.subject().filter(name::equals).isPresent();
                    if (about) {
                        sink.line(Json.event(entry.get()));
                    }
                    if (about && event instanceof Event.MiddleboxReady) {
                        // It is told in the midst of the look at the world that ends the operation.
                        operations.await(run.id(), GLANCE);
                        return;
                    }
                    continue;
                }
                Operation now = operations.operation(run.id()).orElse(run);
                if (now.state() == Operation.State.CANCELLED) {
                    failed(sink, chain, "operation " + run.id() + " was cancelled: " + now.outcome());
                    return;
                }
                if (now.state() == Operation.State.FAILED || System.nanoTime() > deadline) {
                    giveUp(sink, chain, now, patience);
                    return;
                }
            }
        }
    }

    private void giveUp(Answer.Sink sink, DeclaredChain chain, Operation run, Duration patience)
            throws IOException, InterruptedException {
        String reason = run.isRunning() ? waits.late(run, patience) : run.outcome();
        operations.end(run.id(), Operation.State.FAILED, reason + "; it is removed again");
        strikeOut(chain);
        boolean removed = reconciler.await(pass -> pass.isGone(chain), REMOVAL).isPresent();
        failed(sink, chain, reason + (removed ? "; it was removed again" : "; its removal goes on"));
    }

    private static void failed(Answer.Sink sink, DeclaredChain chain, String text) throws IOException {
        sink.line(Json.object()
                .put("kind", "failed")
                .put("subject", chain.name().toString())
                .put("text", text));
    }

    private void strikeOut(DeclaredChain chain) {
        if (declarations.remove(chain.name()).isPresent()) {
            events.add(chain.spec().owner(), new Event.Declared(chain.name(), false, ""));
        }
        reconciler.asked(chain, false);
    }

    private Answer remove(Call call) throws InterruptedException {
        DeclaredChain chain = known(call);
        long before = events.latest();
        strikeOut(chain);
        Undo undo = Undo.none(
                "chain '" + chain.name() + "' is struck out, with the ids and the past of its machines",
                "flowstream run, or flowstream apply, makes it anew");
        return waits.answer(
                operations.begin(Asked.of(Operation.Kind.REMOVE, chain, before, new Goal.Gone(chain), undo)), call);
    }

    private Answer stop(Call call) throws InterruptedException {
        DeclaredChain was = known(call);
        long before = events.latest();
        DeclaredChain chain = changed(was, RunState.STOPPED);
        reconciler.asked(chain, false);
        return waits.answer(
                operations.begin(Asked.of(
                        Operation.Kind.STOP, chain, before, new Goal.Off(chain), backTo(was, chain, RunState.STOPPED))),
                call);
    }

    private Answer suspend(Call call) throws InterruptedException {
        DeclaredChain was = known(call);
        if (was.spec().spec().isOnDemand() || !was.spec().spec().part().isWhole()) {
            throw ApiProblem.conflict(
                    "the machines of chain '" + was.name() + "' come with packets, and go with their flows",
                    "flowstream stop " + was.name());
        }
        if (was.spec().spec().state() == RunState.STOPPED) {
            throw ApiProblem.conflict(
                    "chain '" + was.name() + "' is stopped: there is nothing to suspend",
                    "flowstream start " + was.name());
        }
        was.spec().spec().middleboxes().stream()
                .filter(middlebox -> middlebox.guest() == GuestKind.PROGRAM)
                .findFirst()
                .ifPresent(middlebox -> {
                    throw ApiProblem.conflict(
                            "middlebox '" + middlebox.name()
                                    + "' is a program of the user's own, whose processes cannot be" + " halted as one",
                            "flowstream stop " + was.name());
                });
        long before = events.latest();
        DeclaredChain chain = changed(was, RunState.SUSPENDED);
        reconciler.asked(chain, false);
        return waits.answer(
                operations.begin(Asked.of(
                        Operation.Kind.SUSPEND,
                        chain,
                        before,
                        new Goal.Halted(chain),
                        backTo(was, chain, RunState.SUSPENDED))),
                call);
    }

    private Answer start(Call call) throws InterruptedException {
        DeclaredChain was = known(call);
        long before = events.latest();
        DeclaredChain chain = changed(was, RunState.RUNNING);
        reconciler.asked(chain, true);
        return waits.answer(
                operations.begin(Asked.of(
                        Operation.Kind.START,
                        chain,
                        before,
                        new Goal.Ready(chain.spec(), false),
                        backTo(was, chain, RunState.RUNNING))),
                call);
    }

    /** Puts a chain back into the state that it was asked to be in before. */
    private Undo backTo(DeclaredChain was, DeclaredChain asked, RunState state) {
        RunState before = was.spec().spec().state();
        if (before == state) {
            return Undo.none(
                    "chain '" + was.name() + "' was to be " + state + " before it, too: there is nothing to take back",
                    state == RunState.RUNNING ? "flowstream stop " + was.name() : "flowstream start " + was.name());
        }
        return () -> {
            unchanged(asked);
            DeclaredChain back = changed(asked, before);
            reconciler.asked(back, before == RunState.RUNNING);
            return before == RunState.RUNNING
                    ? "it is to run again: what has ended starts anew"
                    : "it is to be stopped again";
        };
    }

    private Answer restart(Call call) throws InterruptedException {
        DeclaredChain was = known(call);
        long before = events.latest();
        DeclaredChain chain = changed(was, RunState.RUNNING);
        reconciler.restart(chain);
        Goal anew = new Goal.Anew(new Goal.Ready(chain.spec(), false), events, before);
        Undo undo =
                Undo.none("a machine that is ended does not come back as it was", "flowstream stop " + chain.name());
        return waits.answer(operations.begin(Asked.of(Operation.Kind.RESTART, chain, before, anew, undo)), call);
    }

    private Answer bypassed(Call call, boolean bypassed) throws InterruptedException {
        DeclaredChain was = known(call);
        long before = events.latest();
        DeclaredChain chain = bypassed(was, bypassed);
        Undo undo = () -> {
            unchanged(chain);
            bypassed(chain, was.spec().spec().bypassed());
            return "its flow takes the way that it took before";
        };
        return waits.answer(
                operations.begin(Asked.of(
                        bypassed ? Operation.Kind.BYPASS : Operation.Kind.RESUME,
                        chain,
                        before,
                        new Goal.Steered(chain.name(), chain.wasReady()),
                        undo)),
                call);
    }

    private DeclaredChain bypassed(DeclaredChain chain, boolean bypassed) {
        DeclaredChain after =
                changed(chain, it -> it.withSpec(it.spec().withBypassed(bypassed)), bypassed ? "bypassed" : "resumed");
        reconciler.wake();
        return after;
    }

    private DeclaredChain changed(DeclaredChain chain, RunState state) {
        return changed(chain, it -> it.withSpec(it.spec().withState(state)), state.toString());
    }

    private DeclaredChain changed(DeclaredChain chain, UnaryOperator<DeclaredChain> change, String detail) {
        DeclaredChain after = declarations
                .update(chain.name(), change)
                .orElseThrow(() -> ApiProblem.notFound("chain '" + chain.name() + "' was removed", "flowstream ps"));
        events.add(after.spec().owner(), new Event.Declared(after.name(), true, detail));
        return after;
    }
}
