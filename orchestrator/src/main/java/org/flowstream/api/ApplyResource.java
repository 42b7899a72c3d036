package org.flowstream.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flowstream.event.EventLog;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.Change;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Operation;
import org.flowstream.model.Owner;
import org.flowstream.model.PendingChange;
import org.flowstream.model.PoolSpec;
import org.flowstream.model.PortName;
import org.flowstream.model.PortSpec;
import org.flowstream.model.RunState;
import org.flowstream.model.SetMember;
import org.flowstream.operation.Asked;
import org.flowstream.operation.CancelException;
import org.flowstream.operation.Goal;
import org.flowstream.operation.Operations;
import org.flowstream.operation.Undo;
import org.flowstream.plan.Action;
import org.flowstream.plan.Effect;
import org.flowstream.reconcile.Confirmations;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Pass;
import org.flowstream.reconcile.World;

/** {@code /v1/apply}, {@code /v1/plan}, {@code /v1/confirm}: objects made as documents say, all of them or none. */
public final class ApplyResource {
    private final Declarations declarations;
    private final Declaring declaring;
    private final Confirmations confirmations;
    private final Operations operations;
    private final OperationWaits waits;
    private final EventLog events;
    private final PortChecks portChecks;
    private final Clock clock;

    public ApplyResource(
            Declarations declarations,
            Declaring declaring,
            Confirmations confirmations,
            Operations operations,
            World world,
            EventLog events,
            Clock clock) {
        this.declarations = declarations;
        this.declaring = declaring;
        this.confirmations = confirmations;
        this.operations = operations;
        this.waits = new OperationWaits(operations);
        this.events = events;
        this.portChecks = new PortChecks(declarations, world);
        this.clock = clock;
    }

    public List<Route> routes() {
        return List.of(
                new Route("POST", "/v1/apply", this::apply),
                new Route("POST", "/v1/plan", this::plan),
                new Route("POST", "/v1/confirm", this::confirm),
                new Route("PUT", "/v1/chains/{name}", this::put));
    }

    /** What is to change, and what becomes of each object that was named or goes. */
    private record Resolved(Change change, ArrayNode objects, List<ExternalPort> ports) {}

    private Answer plan(Call call) {
        Resolved resolved = resolve(call.body(ApplyRequest.class));
        Pass preview = declaring.plan(resolved.change());
        ObjectNode answer = Json.object();
        answer.set("objects", resolved.objects());
        answer.set("middleboxes", effects(preview, resolved.change()));
        ArrayNode actions = answer.putArray("actions");
        preview.plan().actions().stream().map(Action::describe).forEach(actions::add);
        return Answer.ok(answer);
    }

    /** What becomes of each middlebox that is declared now or then. */
    private ArrayNode effects(Pass preview, Change change) {
        List<Action> actions = preview.plan().actions();
        ArrayNode effects = Json.array();
        preview.desired()
                .chains()
                .forEach(chain -> chain.plan()
                        .machines()
                        .forEach(machine -> effect(
                                effects,
                                machine.name(),
                                machine.chain(),
                                Effect.of(actions, machine.chain(), machine.id(), machine.name()))));
        for (DeclaredChain chain : declarations.chains()) {
            Set<Name> stay = change.chains().stream()
                    .filter(spec -> spec.name().equals(chain.name()))
                    .flatMap(spec -> spec.spec().middleboxes().stream().map(MiddleboxSpec::name))
                    .collect(Collectors.toSet());
            boolean changed = change.chainsAway().contains(chain.name()) || !stay.isEmpty();
            chain.machines().keySet().stream()
                    .filter(name -> changed && !stay.contains(name))
                    .forEach(name -> effect(effects, name, chain.name(), Effect.STOPS));
        }
        return effects;
    }

    private static void effect(ArrayNode effects, Name middlebox, Name chain, Effect effect) {
        effects.addObject()
                .put("name", middlebox.toString())
                .put("chain", chain.toString())
                .put("effect", effect.toString());
    }

    private Answer apply(Call call) throws InterruptedException {
        ApplyRequest request = call.body(ApplyRequest.class);
        Begun begun = begin(request, request.set().toString());
        await(begun.operation(), call);
        return Answer.ok(begun.answer());
    }

    /** One chain, made or changed; of no set. */
    private Answer put(Call call) throws InterruptedException {
        ChainSpec spec = call.body(ChainSpec.class);
        Name name = call.path("name", Name::parse);
        if (!spec.name().equals(name)) {
            throw ApiProblem.badRequest(
                    "the chain in the body is '" + spec.name() + "', that of the path '" + name + "'");
        }
        ApplyRequest request =
                new ApplyRequest(ApplyRequest.DEFAULT_SET, false, "", "", List.of(Json.MAPPER.valueToTree(spec)));
        await(begin(request, name.toString()).operation(), call);
        return Answer.ok(declarations
                .chain(name)
                .map(DeclaredChain::spec)
                .orElseThrow(() -> ApiProblem.notFound("chain '" + name + "' was removed", "flowstream chain ls")));
    }

    private void await(Operation operation, Call call) throws InterruptedException {
        Duration patience = OperationWaits.patience(call);
        if (!patience.isZero()) {
            waits.done(operation, patience);
        }
    }

    /** An operation, and what its request is answered with. */
    private record Begun(Operation operation, ObjectNode answer) {}

    /** Makes the change, and begins the operation that ends when all that was named is there, and what went is gone. */
    private Begun begin(ApplyRequest request, String subject) {
        ObjectNode answer = Json.object();
        Operation operation;
        synchronized (declaring) {
            Declaring.refuseWhilePending(declarations);
            Resolved resolved = resolve(request);
            long since = events.latest();
            List<DeclaredChain> before = declarations.chains();
            Optional<PendingChange> pending = Optional.empty();
            Undo undo = () -> "there was nothing to take back";
            if (!resolved.change().isEmpty()) {
                declaring.check(resolved.change());
                Change inverse = declarations.inverse(resolved.change());
                pending = request.confirmation()
                        .map(time ->
                                new PendingChange(request.set(), clock.instant().plus(time), inverse));
                List<DeclaredChain> made = declaring.declare(resolved.change(), pending);
                undo = takeBack(resolved.change(), made, inverse, pending);
            }
            pending.ifPresent(it -> answer.put("confirmUntil", it.until().toString()));
            answer.set("objects", resolved.objects());
            operation = operations.begin(asked(request, subject, resolved, before, since, undo));
        }
        confirmations.wake();
        return new Begun(operation, answer.put("operation", operation.id()));
    }

    private Asked asked(
            ApplyRequest request,
            String subject,
            Resolved resolved,
            List<DeclaredChain> before,
            long since,
            Undo undo) {
        List<DeclaredChain> named = request.parsed().chains().stream()
                .flatMap(spec -> declarations.chain(spec.name()).stream())
                .toList();
        List<DeclaredChain> away = before.stream()
                .filter(chain -> resolved.change().chainsAway().contains(chain.name()))
                .toList();
        List<Goal> goals = new ArrayList<>();
        resolved.ports().forEach(port -> goals.add(new Goal.Present(port.name())));
        named.stream()
                .filter(chain -> chain.spec().spec().state() == RunState.RUNNING)
                .forEach(chain -> goals.add(new Goal.Ready(chain.spec(), true)));
        named.stream()
                .filter(chain -> chain.spec().spec().state() != RunState.RUNNING)
                .forEach(chain -> goals.add(new Goal.Steered(chain.name(), chain.wasReady())));
        away.forEach(chain -> goals.add(new Goal.Gone(chain)));
        if (goals.isEmpty()) {
            goals.add(new Goal.Nothing());
        }
        SortedMap<Name, Owner> owners = new TreeMap<>();
        Stream.concat(named.stream(), away.stream())
                .forEach(chain -> owners.put(chain.name(), chain.spec().owner()));
        return Asked.of(Operation.Kind.APPLY, subject, owners, since, goals, undo);
    }

    /** Makes all as it was before a change, where it is still as the change made it. */
    private Undo takeBack(Change change, List<DeclaredChain> made, Change inverse, Optional<PendingChange> own) {
        return () -> {
            synchronized (declaring) {
                Optional<Instant> until = own.map(PendingChange::until);
                declarations
                        .pending()
                        .filter(pending -> !Optional.of(pending.until()).equals(until))
                        .ifPresent(pending -> {
                            throw new CancelException(
                                    "a later change, of set '" + pending.set() + "', waits for its confirmation",
                                    "flowstream confirm, or wait until it is taken back");
                        });
                made.stream()
                        .filter(chain -> !declarations.isStill(chain))
                        .findFirst()
                        .ifPresent(chain -> {
                            throw new CancelException(
                                    "chain '" + chain.name() + "' was changed since",
                                    "flowstream chain show " + chain.name());
                        });
                change.chainsAway().stream()
                        .filter(name -> declarations.chain(name).isPresent())
                        .findFirst()
                        .ifPresent(name -> {
                            throw new CancelException(
                                    "chain '" + name + "' was declared since", "flowstream chain show " + name);
                        });
                try {
                    declaring.check(inverse);
                } catch (ApiProblem problem) {
                    throw new CancelException(
                            "what was before cannot be again: " + problem.getMessage(), "flowstream chain ls");
                }
                declaring.declare(inverse, Optional.empty());
                return "all is declared as it was before";
            }
        };
    }

    private Resolved resolve(ApplyRequest request) {
        ApplyRequest.Objects objects = request.parsed();
        ArrayNode told = Json.array();
        List<SetMember> members = new ArrayList<>();
        List<ExternalPort> ports = new ArrayList<>();
        List<ExternalPort> named = new ArrayList<>();
        for (PortSpec spec : objects.ports()) {
            Optional<ExternalPort> known = declarations.port(spec.name());
            ExternalPort port = known.filter(
                            it -> it.bridge().equals(spec.spec().bridge()))
                    .orElseGet(() -> portChecks
                            .check(
                                    spec.name(),
                                    spec.spec().bridge(),
                                    spec.owner(),
                                    spec.spec().moveAddresses(),
                                    request.session())
                            .port());
            named.add(port);
            if (!known.equals(Optional.of(port))) {
                ports.add(port);
            }
            if (known.isEmpty()) {
                members.add(SetMember.port(request.set(), port.name()));
            }
            tell(
                    told,
                    PortSpec.KIND,
                    port.name(),
                    known.isEmpty() ? "create" : ports.contains(port) ? "update" : "nothing");
        }
        List<ChainSpec> chains = new ArrayList<>();
        for (ChainSpec spec : objects.chains()) {
            Optional<ChainSpec> known = declarations.chain(spec.name()).map(DeclaredChain::spec);
            ChainSpec wanted = known.map(spec::inStateOf).orElse(spec);
            boolean same = known.equals(Optional.of(wanted));
            if (!same) {
                chains.add(wanted);
            }
            if (known.isEmpty()) {
                members.add(SetMember.chain(request.set(), spec.name()));
            }
            tell(told, ChainSpec.KIND, spec.name(), known.isEmpty() ? "create" : same ? "nothing" : "update");
        }
        List<PoolSpec> pools = new ArrayList<>();
        for (PoolSpec spec : objects.pools()) {
            Optional<PoolSpec> known = declarations.pool(spec.name());
            boolean same = known.equals(Optional.of(spec));
            if (!same) {
                pools.add(spec);
            }
            if (known.isEmpty()) {
                members.add(SetMember.pool(request.set(), spec.name()));
            }
            tell(told, PoolSpec.KIND, spec.name(), known.isEmpty() ? "create" : same ? "nothing" : "update");
        }
        List<Name> chainsAway = new ArrayList<>();
        List<Name> poolsAway = new ArrayList<>();
        List<PortName> portsAway = new ArrayList<>();
        if (request.prune()) {
            surplus(request, objects).forEach(member -> {
                if (member.isChain()) {
                    chainsAway.add(Name.parse(member.name()));
                } else if (member.isPool()) {
                    poolsAway.add(Name.parse(member.name()));
                } else {
                    portsAway.add(PortName.parse(member.name()));
                }
                tell(told, member.kind(), member.name(), "remove");
            });
        }
        return new Resolved(new Change(chains, chainsAway, ports, portsAway, pools, poolsAway, members), told, named);
    }

    /** What the set made before and is not named. */
    private List<SetMember> surplus(ApplyRequest request, ApplyRequest.Objects objects) {
        Set<String> named = new TreeSet<>();
        objects.chains().forEach(spec -> named.add(spec.kind() + " " + spec.name()));
        objects.ports().forEach(spec -> named.add(spec.kind() + " " + spec.name()));
        objects.pools().forEach(spec -> named.add(spec.kind() + " " + spec.name()));
        return declarations.members().stream()
                .filter(member -> member.set().equals(request.set()))
                .filter(member -> !named.contains(member.kind() + " " + member.name()))
                .toList();
    }

    private static void tell(ArrayNode told, String kind, Object name, String change) {
        told.addObject().put("kind", kind).put("name", name.toString()).put("change", change);
    }

    private Answer confirm(Call call) {
        PendingChange confirmed = confirmations
                .confirm()
                .orElseThrow(() -> ApiProblem.notFound(
                        "no change waits for its confirmation", "flowstream events tells whether it was taken back"));
        return Answer.ok(Json.object().put("set", confirmed.set().toString()));
    }
}
