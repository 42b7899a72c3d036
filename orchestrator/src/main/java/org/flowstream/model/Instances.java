package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** How many instances of its middleboxes a chain has: one for all of its flow, or one for each part of it. */
public enum Instances {
    /** One, which all of the flow passes. */
    ONE,
    /** One for each five-tuple, both directions of it. */
    PER_CONNECTION,
    /** One for each source address, as seen entering the chain. */
    PER_SOURCE,
    /** One for each destination address, as seen entering the chain. */
    PER_DESTINATION;

    @JsonCreator
    public static Instances parse(String text) {
        return Words.parse(Instances.class, text);
    }

    @JsonValue
    @Override
    public String toString() {
        return Words.of(this);
    }
}
