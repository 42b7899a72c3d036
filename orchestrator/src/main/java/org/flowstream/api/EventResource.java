package org.flowstream.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.flowstream.event.EventLog;
import org.flowstream.event.Subscription;
import org.flowstream.problem.BadValueException;

/**
 * {@code /v1/events}: what is kept of what happened, and with {@code follow} what happens; with {@code snapshot} how all
 * is before it.
 */
public final class EventResource {
    private static final Duration PROBE_EVERY = Duration.ofSeconds(5);
    private final EventLog events;
    private final Snapshots snapshots;

    public EventResource(EventLog events, Snapshots snapshots) {
        this.events = events;
        this.snapshots = snapshots;
    }

    public List<Route> routes() {
        return List.of(new Route("GET", "/v1/events", this::list));
    }

    private Answer list(Call call) {
        Optional<Long> given = call.query("after", Long::parseLong);
        Optional<String> subject = call.query("subject", text -> text).filter(text -> !text.isEmpty());
        Optional<Instant> since = call.query("since", text -> text)
                .filter(text -> !text.isEmpty())
                .map(EventResource::instant);
        boolean follow = call.flag("follow");
        boolean snapshot = call.flag("snapshot");
        Predicate<EventLog.Entry> wanted =
                entry -> (subject.isEmpty() || Json.subject(entry.event()).equals(subject))
                        && since.filter(entry.time()::isBefore).isEmpty();
        return Answer.jsonLines(sink -> {
            long after = given.orElse(0L);
            if (snapshot) {
                long latest = snapshot(sink, subject);
                // Who follows from a snapshot on wants what changes it, unless they ask for the past too.
                after = follow && given.isEmpty() && since.isEmpty() ? latest : after;
            }
            if (follow) {
                follow(sink, after, wanted);
                return;
            }
            for (EventLog.Entry entry : events.after(after)) {
                write(sink, entry, wanted);
            }
        });
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw BadValueException.expected(text, "a time such as 2026-01-02T03:04:05Z");
        }
    }

    /** Writes how all is, and answers the number of the latest event before. */
    private long snapshot(Answer.Sink sink, Optional<String> subject) throws IOException {
        long number = 0;
        for (ObjectNode line : snapshots.take()) {
            number = line.path("number").asLong();
            if (subject.isEmpty()
                    || !line.has("subject")
                    || subject.get().equals(line.path("subject").asText())) {
                sink.line(line);
            }
        }
        return number;
    }

    private void follow(Answer.Sink sink, long after, Predicate<EventLog.Entry> wanted)
            throws IOException, InterruptedException {
        try (Subscription subscription = events.subscribe(after)) {
            while (true) {
                Optional<EventLog.Entry> entry = subscription.next(PROBE_EVERY);
                if (entry.isPresent()) {
                    write(sink, entry.get(), wanted);
                } else {
                    sink.probe();
                }
            }
        }
    }

    private static void write(Answer.Sink sink, EventLog.Entry entry, Predicate<EventLog.Entry> wanted)
            throws IOException {
        if (wanted.test(entry)) {
            sink.line(Json.event(entry));
        }
    }
}
