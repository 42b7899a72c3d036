package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** How far a machine is known to work; each level asks for more than the one before. */
public enum HealthLevel {
    /** libvirt says that it runs. */
    MACHINE,
    /** The guest answers its heartbeat in time. */
    CONTROL,
    /** A probe frame passes from each device to the next. */
    FORWARDING,
    /** The template's own tests pass inside the machine. */
    FUNCTION;

    @JsonCreator
    public static HealthLevel parse(String text) {
        return Words.parse(HealthLevel.class, text);
    }

    @JsonValue
    @Override
    public String toString() {
        return Words.of(this);
    }
}
