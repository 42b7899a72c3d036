package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The name of an Open vSwitch port, which is also that of its network interface: 1 to 15 characters. */
public record PortName(String text) implements Comparable<PortName> {
    public PortName {
        InterfaceText.check(text, "a port name");
    }

    @JsonCreator
    public static PortName parse(String text) {
        return new PortName(text);
    }

    @Override
    public int compareTo(PortName other) {
        return text.compareTo(other.text);
    }

    @JsonValue
    @Override
    public String toString() {
        return text;
    }
}
