package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** When the machines of a chain start. */
public enum StartMode {
    /** When the chain is declared, and they run as long as it is. */
    NOW,
    /** When the first packet of the flow comes; they go when it is idle. */
    FIRST_PACKET;

    @JsonCreator
    public static StartMode parse(String text) {
        return Words.parse(StartMode.class, text);
    }

    @JsonValue
    @Override
    public String toString() {
        return Words.of(this);
    }
}
