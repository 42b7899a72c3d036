package org.flowstream.api;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.flowstream.event.EventLog;
import org.flowstream.event.Subscription;
import org.flowstream.model.Name;

/** {@code /v1/events}: what is kept of what happened, and with {@code follow} what happens. */
public final class EventResource {
    private static final Duration PROBE_EVERY = Duration.ofSeconds(5);
    private final EventLog events;

    public EventResource(EventLog events) {
        this.events = events;
    }

    public List<Route> routes() {
        return List.of(new Route("GET", "/v1/events", this::list));
    }

    private Answer list(Call call) {
        long after = call.query("after", Long::parseLong).orElse(0L);
        Optional<Name> subject = call.query("subject", text -> text)
                .filter(text -> !text.isEmpty())
                .map(Name::parse);
        boolean follow = call.flag("follow");
        return Answer.jsonLines(sink -> {
            if (follow) {
                follow(sink, after, subject);
                return;
            }
            for (EventLog.Entry entry : events.after(after)) {
                write(sink, entry, subject);
            }
        });
    }

    private void follow(Answer.Sink sink, long after, Optional<Name> subject) throws IOException, InterruptedException {
        try (Subscription subscription = events.subscribe(after)) {
            while (true) {
                Optional<EventLog.Entry> entry = subscription.next(PROBE_EVERY);
                if (entry.isPresent()) {
                    write(sink, entry.get(), subject);
                } else {
                    sink.probe();
                }
            }
        }
    }

    private static void write(Answer.Sink sink, EventLog.Entry entry, Optional<Name> subject) throws IOException {
        if (subject.isEmpty() || entry.event().subject().equals(subject)) {
            sink.line(Json.event(entry));
        }
    }
}
