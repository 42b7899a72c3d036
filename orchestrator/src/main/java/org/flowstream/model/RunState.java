package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** What is wished of a chain's machines. */
public enum RunState {
    /** They run, and are started again when they end. */
    RUNNING,
    /** They are off; their wires and rules stay, and traffic meets the failure policy. */
    STOPPED,
    /** They are halted and keep all that they hold; none is started. Traffic meets the failure policy. */
    SUSPENDED;

    @JsonCreator
    public static RunState parse(String text) {
        return Words.parse(RunState.class, text);
    }

    @JsonValue
    @Override
    public String toString() {
        return Words.of(this);
    }
}
