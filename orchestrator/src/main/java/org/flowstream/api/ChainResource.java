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
import org.flowstream.model.Name;
import org.flowstream.model.RunState;
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
    private final ChainWaits waits;
    private final EventLog events;

    public ChainResource(Declarations declarations, Reconciler reconciler, Declaring declaring, EventLog events) {
        this.declarations = declarations;
        this.reconciler = reconciler;
        this.declaring = declaring;
        this.waits = new ChainWaits(declarations, reconciler);
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

    private static Duration patience(Call call) {
        return Duration.ofSeconds(call.query("wait", Integer::parseInt).orElse(0));
    }

    /** Declares a new chain and tells, line by line, how it comes about; one that does not is removed again. */
    private Answer create(Call call) {
        ChainSpec spec = call.body(ChainSpec.class);
        Duration patience = patience(call);
        long before = events.latest();
        DeclaredChain chain = declaring.create(spec);
        if (patience.isZero()) {
            return new Answer.Value(202, spec);
        }
        return Answer.jsonLines(sink -> follow(sink, chain, before, patience));
    }

    static ApiProblem unavailable(WorldException e) {
        // Systems are called as the doctor calls them.
        String cure = e.system().equals("libvirt") || e.system().equals("openvswitch")
                ? "flowstream doctor --fix " + e.system()
                : "flowstream doctor names it";
        return ApiProblem.unavailable(e.reason(), cure);
    }

    private void follow(Answer.Sink sink, DeclaredChain chain, long before, Duration patience)
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
                        return;
                    }
                    continue;
                }
                Optional<String> failure = waits.failure(chain);
                if (failure.isPresent() || System.nanoTime() > deadline) {
                    giveUp(sink, chain, failure.orElseGet(() -> waits.late(chain, patience)));
                    return;
                }
            }
        }
    }

    private void giveUp(Answer.Sink sink, DeclaredChain chain, String reason) throws IOException, InterruptedException {
        boolean removed = removed(chain, REMOVAL);
        sink.line(Json.object()
                .put("kind", "failed")
                .put("subject", chain.name().toString())
                .put("text", reason + (removed ? "; it was removed again" : "; its removal goes on")));
    }

    private boolean removed(DeclaredChain chain, Duration patience) throws InterruptedException {
        if (declarations.remove(chain.name()).isPresent()) {
            events.add(chain.spec().owner(), new Event.Declared(chain.name(), false, ""));
        }
        reconciler.asked(chain, false);
        return waits.gone(chain, patience);
    }

    private Answer remove(Call call) throws InterruptedException {
        DeclaredChain chain = known(call);
        Duration patience = patience(call);
        if (!removed(chain, patience)) {
            throw waits.stuck("chain '" + chain.name() + "' is not gone after " + patience.toSeconds() + " s");
        }
        return Answer.done();
    }

    private Answer stop(Call call) throws InterruptedException {
        DeclaredChain chain = changed(known(call), RunState.STOPPED);
        reconciler.asked(chain, false);
        Duration patience = patience(call);
        boolean off = patience.isZero()
                || reconciler
                        .await(
                                pass -> chain.machines().values().stream()
                                        .allMatch(id -> pass.machine(id).isEmpty()),
                                patience)
                        .isPresent();
        if (!off) {
            throw waits.stuck("chain '" + chain.name() + "' still runs after " + patience.toSeconds() + " s");
        }
        return Answer.done();
    }

    private Answer start(Call call) throws InterruptedException {
        DeclaredChain chain = changed(known(call), RunState.RUNNING);
        reconciler.asked(chain, true);
        waits.ready(List.of(chain), patience(call), pass -> true);
        return Answer.done();
    }

    private Answer restart(Call call) throws InterruptedException {
        DeclaredChain chain = changed(known(call), RunState.RUNNING);
        long before = events.latest();
        reconciler.restart(chain);
        // The machines that run now are ready too: wait for the journey's own end.
        waits.ready(
                List.of(chain),
                patience(call),
                pass -> events.after(before).stream()
                        .anyMatch(entry -> entry.event() instanceof Event.MiddleboxReady ready
                                && ready.name().equals(chain.name())));
        return Answer.done();
    }

    private Answer bypassed(Call call, boolean bypassed) throws InterruptedException {
        DeclaredChain chain = changed(
                known(call), it -> it.withSpec(it.spec().withBypassed(bypassed)), bypassed ? "bypassed" : "resumed");
        reconciler.wake();
        waits.steered(chain, patience(call));
        return Answer.done();
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
