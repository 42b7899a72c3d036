package org.flowstream.api;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.event.Subscription;
import org.flowstream.image.ImageStore;
import org.flowstream.model.ChainId;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.RunState;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Pass;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.World;
import org.flowstream.reconcile.WorldException;

/** {@code /v1/chains}: what is declared, and the requests to bring it about, each waiting as long as the client asks. */
public final class ChainResource {
    private static final Duration GLANCE = Duration.ofMillis(100);
    private static final Duration REMOVAL = Duration.ofSeconds(30);

    private final Declarations declarations;
    private final Reconciler reconciler;
    private final ImageStore images;
    private final EventLog events;
    private final World world;

    public ChainResource(
            Declarations declarations, Reconciler reconciler, ImageStore images, EventLog events, World world) {
        this.declarations = declarations;
        this.reconciler = reconciler;
        this.images = images;
        this.events = events;
        this.world = world;
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
                new Route("POST", "/v1/chains/{name}/restart", this::restart));
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
        check(spec);
        DeclaredChain chain = declarations.declare(spec, true).orElseThrow(() -> taken(spec.name()));
        long before = events.latest();
        events.add(spec.owner(), new Event.Declared(spec.name(), true, ""));
        reconciler.asked(chain, true);
        if (patience.isZero()) {
            return new Answer.Value(202, spec);
        }
        return Answer.jsonLines(sink -> follow(sink, chain, before, patience));
    }

    private static ApiProblem taken(Name name) {
        return ApiProblem.conflict(
                "the name '" + name + "' is taken", "flowstream rm " + name + ", or choose another name");
    }

    /** Everything that can be known to be wrong before anything is made. */
    private void check(ChainSpec spec) {
        List<String> faults = ChainCompiler.faults(spec);
        if (!faults.isEmpty()) {
            throw ApiProblem.refused(String.join("; ", faults), null);
        }
        if (declarations.chain(spec.name()).isPresent()) {
            throw taken(spec.name());
        }
        for (MiddleboxSpec middlebox : spec.spec().middleboxes()) {
            if (declarations.chainOf(middlebox.name()).isPresent()) {
                throw taken(middlebox.name());
            }
            if (!java.nio.file.Files.exists(images.file(middlebox.image()))) {
                throw ApiProblem.refused(
                        "image " + middlebox.image() + " is not on this host", "flowstream image build, then run");
            }
        }
        boolean wantsKvm = spec.spec().middleboxes().stream()
                .anyMatch(middlebox -> middlebox.hypervisor() == HypervisorChoice.KVM);
        if (wantsKvm) {
            world.kvmFault().ifPresent(fault -> {
                throw ApiProblem.refused(
                        fault.reason() + "; nothing was created",
                        fault.cure().map(cure -> cure + ", or ").orElse("") + "run with --hypervisor qemu");
            });
        }
        Pass preview;
        try {
            preview = reconciler.preview(provisional(spec));
        } catch (WorldException e) {
            throw unavailable(e);
        }
        preview.blocked(spec.name()).ifPresent(reason -> {
            throw ApiProblem.refused(reason + "; nothing was created", cure(spec, reason));
        });
    }

    static ApiProblem unavailable(WorldException e) {
        // Systems are called as the doctor calls them.
        String cure = e.system().equals("libvirt") || e.system().equals("openvswitch")
                ? "flowstream doctor --fix " + e.system()
                : "flowstream doctor names it";
        return ApiProblem.unavailable(e.reason(), cure);
    }

    private static String cure(ChainSpec spec, String reason) {
        String bridge = spec.spec().bridge().toString();
        if (reason.startsWith("bridge ")) {
            return "create it (ovs-vsctl add-br " + bridge + "), or leave --bridge out to use our own";
        }
        String[] quoted = reason.split("'", 3);
        return reason.contains("is not on bridge") && quoted.length > 1
                ? "flowstream port add " + quoted[1] + " --bridge " + bridge
                : "flowstream port ls; flowstream doctor";
    }

    /** The chain with ids that nothing bears, to be planned and thrown away. */
    private static DeclaredChain provisional(ChainSpec spec) {
        java.util.Map<Name, MachineId> machines = new java.util.TreeMap<>();
        for (MiddleboxSpec middlebox : spec.spec().middleboxes()) {
            machines.put(middlebox.name(), new MachineId(machines.size()));
        }
        return new DeclaredChain(new ChainId(0), spec, false, machines);
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
                Optional<String> failure = failure(chain);
                if (failure.isPresent() || System.nanoTime() > deadline) {
                    giveUp(sink, chain, failure.orElseGet(() -> late(chain, patience)));
                    return;
                }
            }
        }
    }

    /** Why the chain will not come about by itself; empty while it may. */
    private Optional<String> failure(DeclaredChain chain) {
        if (declarations.chain(chain.name()).isEmpty()) {
            return Optional.of("it was removed");
        }
        return chain.machines().values().stream()
                .flatMap(id -> reconciler.failure(id).stream())
                .findFirst()
                .or(() -> reconciler.trouble(chain.name()));
    }

    private String late(DeclaredChain chain, Duration patience) {
        String waitedFor = reconciler
                .obstacle()
                .map(WorldException::reason)
                .or(() -> reconciler.latest().flatMap(pass -> pass.blocked(chain.name())))
                .orElse("its health levels do not all hold (flowstream logs, flowstream inspect)");
        return "not ready after " + patience.toSeconds() + " s: " + waitedFor;
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
        return patience.isZero()
                || reconciler.await(pass -> pass.isGone(chain), patience).isPresent();
    }

    private Answer remove(Call call) throws InterruptedException {
        DeclaredChain chain = known(call);
        Duration patience = patience(call);
        if (!removed(chain, patience)) {
            throw stuck("chain '" + chain.name() + "' is not gone after " + patience.toSeconds() + " s");
        }
        return Answer.done();
    }

    /** What keeps the world from being as asked, as a problem. */
    private ApiProblem stuck(String what) {
        String why = reconciler.obstacle().map(e -> ": " + e.reason()).orElse("; it goes on");
        return ApiProblem.unavailable(what + why, "flowstream events; flowstream status");
    }

    private Answer stop(Call call) throws InterruptedException {
        DeclaredChain chain = changed(known(call), it -> it.withSpec(it.spec().withState(RunState.STOPPED)));
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
            throw stuck("chain '" + chain.name() + "' still runs after " + patience.toSeconds() + " s");
        }
        return Answer.done();
    }

    private Answer start(Call call) throws InterruptedException {
        DeclaredChain chain = changed(known(call), it -> it.withSpec(it.spec().withState(RunState.RUNNING)));
        reconciler.asked(chain, true);
        return awaitReady(chain, patience(call), pass -> true);
    }

    private Answer restart(Call call) throws InterruptedException {
        DeclaredChain chain = changed(known(call), it -> it.withSpec(it.spec().withState(RunState.RUNNING)));
        long before = events.latest();
        reconciler.restart(chain);
        // The machines that run now are ready too: wait for the journey's own end.
        return awaitReady(
                chain,
                patience(call),
                pass -> events.after(before).stream()
                        .anyMatch(entry -> entry.event() instanceof Event.MiddleboxReady ready
                                && ready.name().equals(chain.name())));
    }

    private Answer awaitReady(DeclaredChain chain, Duration patience, Function<Pass, Boolean> more)
            throws InterruptedException {
        if (patience.isZero()) {
            return Answer.done();
        }
        Optional<Pass> ready = reconciler.await(
                pass -> (pass.isReady(chain.name()) && more.apply(pass))
                        || failure(chain).isPresent(),
                patience);
        Optional<String> failure = failure(chain);
        if (failure.isPresent()) {
            throw ApiProblem.refused(chain.name() + ": " + failure.get(), "flowstream logs " + chain.name());
        }
        if (ready.isEmpty()) {
            throw ApiProblem.unavailable(
                    chain.name() + " is " + late(chain, patience), "flowstream inspect " + chain.name());
        }
        return Answer.done();
    }

    private DeclaredChain changed(DeclaredChain chain, java.util.function.UnaryOperator<DeclaredChain> change) {
        DeclaredChain after = declarations
                .update(chain.name(), change)
                .orElseThrow(() -> ApiProblem.notFound("chain '" + chain.name() + "' was removed", "flowstream ps"));
        events.add(
                Owner.parse(after.spec().owner().toString()),
                new Event.Declared(
                        after.name(), true, after.spec().spec().state().toString()));
        return after;
    }
}
