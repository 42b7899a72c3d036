package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** What becomes of a chain's traffic while one of its machines is down; the switch holds it, without the daemon. */
public enum FailurePolicy {
    /** None passes. */
    CLOSED,
    /** It passes by the middlebox that is down. */
    OPEN;

    @JsonCreator
    public static FailurePolicy parse(String text) {
        return Words.parse(FailurePolicy.class, text);
    }

    @JsonValue
    @Override
    public String toString() {
        return Words.of(this);
    }
}
