package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The name of an Open vSwitch bridge, which is also that of its local interface: 1 to 15 characters. */
public record BridgeName(String text) implements Comparable<BridgeName> {
    public BridgeName {
        InterfaceText.check(text, "a bridge name");
    }

    @JsonCreator
    public static BridgeName parse(String text) {
        return new BridgeName(text);
    }

    @Override
    public int compareTo(BridgeName other) {
        return text.compareTo(other.text);
    }

    @JsonValue
    @Override
    public String toString() {
        return text;
    }
}
