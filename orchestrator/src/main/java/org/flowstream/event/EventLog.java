package org.flowstream.event;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import org.flowstream.model.Owner;

/**
 * The latest events, numbered without gaps, and those who wait for the next. A subscriber first gets what is kept, then
 * what follows, with nothing lost or twice between them. Safe for all threads.
 */
public final class EventLog {
    private final Clock clock;
    private final int capacity;
    private final Deque<Entry> kept = new ArrayDeque<>();
    private final Set<Subscription> subscriptions = new CopyOnWriteArraySet<>();
    private final Set<Consumer<Entry>> listeners = new CopyOnWriteArraySet<>();
    private long latest;

    /**
     * An event with its number, time and owner.
     *
     * @param number from 1, each one more than the one before
     */
    public record Entry(long number, Instant time, Owner owner, Event event) {}

    public EventLog(Clock clock, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a log of " + capacity + " events");
        }
        this.clock = clock;
        this.capacity = capacity;
    }

    public synchronized Entry add(Owner owner, Event event) {
        Entry entry = new Entry(++latest, clock.instant(), owner, event);
        if (kept.size() == capacity) {
            kept.removeFirst();
        }
        kept.addLast(entry);
        subscriptions.forEach(subscription -> subscription.offer(entry));
        listeners.forEach(listener -> listener.accept(entry));
        return entry;
    }

    /** Has someone told of each event from now on, in order, by the thread it happens on: who listens must not wait. */
    public void listen(Consumer<Entry> listener) {
        listeners.add(listener);
    }

    /** The number of the latest event, 0 before the first. */
    public synchronized long latest() {
        return latest;
    }

    /** What is kept of the events after a number, oldest first. */
    public synchronized List<Entry> after(long number) {
        List<Entry> entries = new ArrayList<>();
        Iterator<Entry> newestFirst = kept.descendingIterator();
        while (newestFirst.hasNext()) {
            Entry entry = newestFirst.next();
            if (entry.number() <= number) {
                break;
            }
            entries.add(0, entry);
        }
        return entries;
    }

    /** Subscribes to the events after a number: what is kept of them, then all that come. Close it after use. */
    public synchronized Subscription subscribe(long after) {
        Subscription subscription = new Subscription(this, after(after), capacity);
        subscriptions.add(subscription);
        return subscription;
    }

    void remove(Subscription subscription) {
        subscriptions.remove(subscription);
    }

    /** How many are subscribed now. */
    public int subscribers() {
        return subscriptions.size();
    }
}
