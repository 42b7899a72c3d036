package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** How a device of a middlebox stands in the network. */
public enum DeviceMode {
    /** Passes others' frames on, addresses unchanged. */
    BUMP,
    /** Has addresses of its own and takes part in ARP and ND. */
    ADDRESSED;

    @JsonCreator
    public static DeviceMode parse(String text) {
        return Words.parse(DeviceMode.class, text);
    }

    @JsonValue
    @Override
    public String toString() {
        return Words.of(this);
    }
}
