package org.flowstream.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;
import org.flowstream.plan.ObservedPort;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Pass;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.World;
import org.flowstream.reconcile.WorldException;

/** {@code /v1/ports}: the external ports. */
public final class PortResource {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Declarations declarations;
    private final Reconciler reconciler;
    private final World world;
    private final EventLog events;

    public PortResource(Declarations declarations, Reconciler reconciler, World world, EventLog events) {
        this.declarations = declarations;
        this.reconciler = reconciler;
        this.world = world;
        this.events = events;
    }

    /** The body of a request for a port. */
    record Wanted(BridgeName bridge, boolean moveAddresses, String session) {}

    public List<Route> routes() {
        return List.of(
                new Route("GET", "/v1/ports", call -> list()),
                new Route("PUT", "/v1/ports/{name}", this::put),
                new Route("DELETE", "/v1/ports/{name}", this::remove));
    }

    private Answer list() {
        ArrayNode list = Json.array();
        try {
            Pass pass = reconciler.look();
            for (ExternalPort port : declarations.ports()) {
                list.add(view(declarations, port, pass));
            }
        } catch (WorldException e) {
            throw ChainResource.unavailable(e);
        }
        return Answer.ok(list);
    }

    static ObjectNode view(Declarations declarations, ExternalPort port, Pass pass) {
        Optional<ObservedPort> there =
                pass.observed().port(port.name()).filter(it -> it.bridge().equals(port.bridge()));
        ObjectNode view = Json.object()
                .put("name", port.name().toString())
                .put("bridge", port.bridge().toString())
                .put("owner", port.owner().toString())
                .put("addedByUs", port.addedByUs())
                .put("state", state(there));
        there.flatMap(ObservedPort::number).ifPresent(number -> view.put("number", number));
        ArrayNode off = view.putArray("offloadsOff");
        port.offloadsOff().forEach(off::add);
        ArrayNode chains = view.putArray("chains");
        declarations.users(port.name()).forEach(chain -> chains.add(chain.toString()));
        return view;
    }

    private static String state(Optional<ObservedPort> there) {
        if (there.isEmpty()) {
            return "absent";
        }
        return there.get().number().isPresent() ? "present" : "no interface";
    }

    private Answer put(Call call) throws InterruptedException {
        PortName name = call.path("name", PortName::parse);
        Wanted wanted = call.body(Wanted.class);
        Optional<ExternalPort> before = declarations.port(name);
        PortChecks.Checked checked = new PortChecks(declarations, world)
                .check(name, wanted.bridge(), Owner.OPERATOR, wanted.moveAddresses(), wanted.session());
        ExternalPort port = checked.port();
        declarations.declare(port);
        event(name, true);
        reconciler.wake();
        Optional<Pass> there = reconciler.await(
                pass -> pass.observed()
                                .port(name)
                                .filter(it -> it.bridge().equals(wanted.bridge()))
                                .flatMap(ObservedPort::number)
                                .isPresent()
                        || failure(name).isPresent(),
                PATIENCE);
        boolean present =
                there.isPresent() && state(there.get().observed().port(name)).equals("present");
        if (!present) {
            String reason = failure(name)
                    .or(() -> there.flatMap(pass -> blocked(pass, name)))
                    .or(() -> reconciler.obstacle().map(WorldException::reason))
                    .orElse("it is not there after " + PATIENCE.toSeconds() + " s");
            if (before.isEmpty()) {
                declarations.leave(name);
                reconciler.wake();
            }
            throw ApiProblem.refused("port '" + name + "': " + reason, "flowstream status; flowstream doctor");
        }
        ObjectNode view = view(declarations, port, there.get());
        ArrayNode warnings = view.putArray("warnings");
        checked.warnings().forEach(warnings::add);
        if (before.isEmpty()) {
            measured(name, wanted.bridge()).forEach(warnings::add);
        }
        return Answer.ok(view);
    }

    /** The port is there: that it could not be looked at is no reason to refuse it, but one to say so. */
    private List<String> measured(PortName name, BridgeName bridge) {
        try {
            return world.measure(name, bridge);
        } catch (WorldException e) {
            return List.of("whether its checksums are finished could not be measured: " + e.reason());
        }
    }

    private static Optional<String> blocked(Pass pass, PortName name) {
        return pass.plan().blocked().stream()
                .filter(blocked -> blocked.subject().equals("port '" + name + "'"))
                .map(blocked -> blocked.reason())
                .findFirst();
    }

    /** Why the latest attempt to add the port failed; empty when none did. */
    private Optional<String> failure(PortName name) {
        List<EventLog.Entry> entries = events.after(0);
        for (int index = entries.size() - 1; index >= 0; index--) {
            Event event = entries.get(index).event();
            if (event instanceof Event.PortDeclared declared && declared.port().equals(name)) {
                return Optional.empty();
            }
            if (event instanceof Event.ActionFailed failed
                    && failed.action().startsWith("add port " + name + " to bridge")) {
                return Optional.of(failed.reason());
            }
        }
        return Optional.empty();
    }

    private Answer remove(Call call) throws InterruptedException {
        PortName name = call.path("name", PortName::parse);
        Duration patience =
                Duration.ofSeconds(call.query("wait", Integer::parseInt).orElse(0));
        if (declarations.port(name).isEmpty()) {
            throw ApiProblem.notFound("there is no port '" + name + "'", "flowstream port ls");
        }
        List<Name> users = declarations.users(name);
        if (!users.isEmpty()) {
            throw ApiProblem.conflict(
                    "port '" + name + "' is used by chain " + users.get(0), "flowstream rm " + users.get(0));
        }
        declarations.leave(name);
        event(name, false);
        reconciler.wake();
        boolean gone = patience.isZero()
                || reconciler
                        .await(
                                pass -> declarations.leavingPorts().stream()
                                        .noneMatch(port -> port.name().equals(name)),
                                patience)
                        .isPresent();
        if (!gone) {
            throw ApiProblem.unavailable(
                    "port '" + name + "' is not gone after " + patience.toSeconds() + " s", "flowstream events");
        }
        return Answer.done();
    }

    private void event(PortName name, boolean present) {
        events.add(Owner.OPERATOR, new Event.PortDeclared(name, present));
    }
}
