package org.flowstream.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.flowstream.plan.Blocked;
import org.flowstream.reconcile.Pass;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.World;
import org.flowstream.reconcile.WorldException;

/** {@code /v1/status}: the daemon, the systems that it needs, and how many middleboxes are in which state. */
public final class StatusResource {
    private final String version;
    private final Instant startedAt;
    private final World world;
    private final Reconciler reconciler;
    private final MiddleboxViews views;

    public StatusResource(String version, Instant startedAt, World world, Reconciler reconciler, MiddleboxViews views) {
        this.version = version;
        this.startedAt = startedAt;
        this.world = world;
        this.reconciler = reconciler;
        this.views = views;
    }

    public List<Route> routes() {
        return List.of(new Route("GET", "/v1/status", call -> status()));
    }

    private Answer status() {
        ObjectNode status = Json.object()
                .put("version", version)
                .put("pid", ProcessHandle.current().pid())
                .put("startedAt", startedAt.toString());
        ArrayNode systems = status.putArray("systems");
        for (World.SystemState system : world.systems()) {
            systems.addObject()
                    .put("name", system.name())
                    .put("answers", system.answers())
                    .put("detail", system.detail());
        }
        ObjectNode states = status.putObject("middleboxes");
        ArrayNode blocked = status.putArray("blocked");
        try {
            Pass pass = reconciler.look();
            Map<String, Integer> counts = new TreeMap<>();
            views.all(pass).forEach(view -> counts.merge(view.path("state").asText(), 1, Integer::sum));
            counts.forEach(states::put);
            for (Blocked each : pass.plan().blocked()) {
                blocked.addObject().put("subject", each.subject()).put("reason", each.reason());
            }
        } catch (WorldException e) {
            // The list of systems says which one and why; what cannot be looked at is not guessed.
            states.removeAll();
        }
        return Answer.ok(status);
    }
}
