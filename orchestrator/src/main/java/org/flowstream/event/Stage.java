package org.flowstream.event;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The stages from a declaration to ready, as {@code run} shows their times; the image is built before them. */
public enum Stage {
    /** libvirt made the machine. */
    MACHINE,
    /** The guest said that it is ready. */
    GUEST,
    /** Ports and rules are in the switch. */
    WIRING,
    /** The levels of health that were asked for hold. */
    HEALTH;

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
