package org.flowstream.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;
import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.model.DeclaredJson;
import org.flowstream.model.Name;

/** The JSON forms that several resources share. */
final class Json {
    static final ObjectMapper MAPPER = DeclaredJson.mapper();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    /** An event: what all have, then {@code took} (nanoseconds) where it is the end of some work. */
    static ObjectNode event(EventLog.Entry entry) {
        Event event = entry.event();
        ObjectNode node = object().put("number", entry.number())
                .put("time", entry.time().toString())
                .put("owner", entry.owner().toString())
                .put("kind", event.kind());
        subject(event).ifPresent(subject -> node.put("subject", subject));
        node.put("text", event.text());
        Duration took = took(event);
        if (!took.isZero()) {
            node.put("took", took.toNanos());
        }
        if (event instanceof Event.StageDone stage) {
            node.put("stage", stage.stage().toString()).put("detail", stage.detail());
        }
        if (event instanceof Event.OperationChanged changed) {
            node.put("operation", changed.id());
        }
        return node;
    }

    /** The name of the chain, middlebox or port that an event is about. */
    static Optional<String> subject(Event event) {
        return event instanceof Event.PortDeclared declared
                ? Optional.of(declared.port().toString())
                : event.subject().map(Name::toString);
    }

    private static Duration took(Event event) {
        if (event instanceof Event.ActionDone done) {
            return done.took();
        }
        if (event instanceof Event.ActionFailed failed) {
            return failed.took();
        }
        if (event instanceof Event.StageDone stage) {
            return stage.took();
        }
        return event instanceof Event.MiddleboxReady ready ? ready.sinceDeclared() : Duration.ZERO;
    }
}
