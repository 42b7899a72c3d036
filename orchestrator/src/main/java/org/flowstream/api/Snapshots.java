package org.flowstream.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.flowstream.event.EventLog;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ExternalPort;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Pass;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.WorldException;

/**
 * How all is, as lines of a stream of events: one of kind {@code snapshot} for each chain, middlebox and port, then one
 * of kind {@code snapshot-end}. All bear the number of the latest event before: what has a higher number came after.
 */
public final class Snapshots {
    private final Declarations declarations;
    private final Reconciler reconciler;
    private final MiddleboxViews middleboxes;
    private final EventLog events;
    private final Clock clock;

    public Snapshots(
            Declarations declarations,
            Reconciler reconciler,
            MiddleboxViews middleboxes,
            EventLog events,
            Clock clock) {
        this.declarations = declarations;
        this.reconciler = reconciler;
        this.middleboxes = middleboxes;
        this.events = events;
        this.clock = clock;
    }

    /** The lines now. Where the host cannot be looked at, chains alone are told, and the last line says why. */
    List<ObjectNode> take() {
        long number = events.latest();
        List<ObjectNode> lines = new ArrayList<>();
        for (DeclaredChain chain : declarations.chains()) {
            JsonNode spec = Json.MAPPER.valueToTree(chain.spec());
            lines.add(line(
                            number,
                            "Chain",
                            chain.spec().owner().toString(),
                            chain.name().toString(),
                            spec)
                    .put("text", "chain, " + chain.spec().spec().state()));
        }
        String end = "";
        try {
            look(number, lines::add);
        } catch (WorldException e) {
            end = "; middleboxes and ports cannot be looked at: " + e.reason();
        }
        lines.add(Json.object()
                .put("number", number)
                .put("time", clock.instant().toString())
                .put("kind", "snapshot-end")
                .put("text", lines.size() + " objects" + end));
        return lines;
    }

    private void look(long number, Consumer<ObjectNode> to) {
        Pass pass = reconciler.look();
        for (ObjectNode view : middleboxes.all(pass)) {
            to.accept(line(
                            number,
                            "Middlebox",
                            view.path("owner").asText(),
                            view.path("name").asText(),
                            view)
                    .put("text", "middlebox, " + view.path("state").asText()));
        }
        for (ExternalPort port : declarations.ports()) {
            ObjectNode view = PortResource.view(declarations, port, pass);
            to.accept(line(number, "Port", port.owner().toString(), port.name().toString(), view)
                    .put("text", "port, " + view.path("state").asText()));
        }
    }

    private ObjectNode line(long number, String type, String owner, String subject, JsonNode object) {
        ObjectNode line = Json.object()
                .put("number", number)
                .put("time", clock.instant().toString())
                .put("owner", owner)
                .put("kind", "snapshot")
                .put("subject", subject)
                .put("type", type);
        line.set("object", object);
        return line;
    }
}
