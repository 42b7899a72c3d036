package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.EnumSet;
import java.util.Set;
import org.flowstream.problem.BadValueException;

/** Where a middlebox stands between its declaration and its removal, and the one table of legal moves. */
public enum LifeCycle {
    /** Known, nothing made yet. */
    DECLARED,
    /** Its wires or machine are being made, or its guest boots. */
    STARTING,
    /** All health levels that it asks for hold. */
    READY,
    /** It was ready, and a level no longer holds. */
    UNWELL,
    /** Its machine ended; the next start waits for its back-off. */
    WAITING,
    /** Its machine ended for a reason that another start would meet again. */
    FAILED,
    /** The power button was pressed. */
    STOPPING,
    /** Off, as wished. */
    STOPPED,
    /** Halted, as wished; where its machine is gone, not started. */
    SUSPENDED,
    /** Its rules, machine and wires are being taken away. */
    REMOVING,
    /** Nothing of it is left. */
    REMOVED;

    @JsonCreator
    public static LifeCycle parse(String text) {
        return Words.parse(LifeCycle.class, text);
    }

    /** Where it may go from here. */
    public Set<LifeCycle> next() {
        return switch (this) {
            case DECLARED -> EnumSet.of(STARTING, STOPPED, SUSPENDED, REMOVING);
            case STARTING -> EnumSet.of(READY, UNWELL, WAITING, FAILED, STOPPING, SUSPENDED, REMOVING);
            case READY -> EnumSet.of(UNWELL, WAITING, FAILED, STOPPING, SUSPENDED, REMOVING);
            case UNWELL -> EnumSet.of(READY, WAITING, FAILED, STOPPING, SUSPENDED, REMOVING);
            case WAITING -> EnumSet.of(STARTING, STOPPED, SUSPENDED, REMOVING);
            case FAILED -> EnumSet.of(STARTING, STOPPED, SUSPENDED, REMOVING);
            case STOPPING -> EnumSet.of(STOPPED, REMOVING);
            case STOPPED -> EnumSet.of(STARTING, SUSPENDED, REMOVING);
            case SUSPENDED -> EnumSet.of(STARTING, READY, UNWELL, STOPPING, STOPPED, REMOVING);
            case REMOVING -> EnumSet.of(REMOVED);
            case REMOVED -> EnumSet.noneOf(LifeCycle.class);
        };
    }

    /** The state it comes to; staying is legal. */
    public LifeCycle to(LifeCycle next) {
        if (next != this && !next().contains(next)) {
            throw BadValueException.of(
                    "a middlebox that is " + this + " cannot become " + next + ": expected one of " + next());
        }
        return next;
    }

    @JsonValue
    @Override
    public String toString() {
        return Words.of(this);
    }
}
