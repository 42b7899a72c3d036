package org.flowstream.qemutests.model;

/**
 * A middlebox that marks what passes it.
 *
 * @param number of its own among all boxes
 * @param version of its image, which its mark tells
 */
public record Box(int number, int version) {
    public String name() {
        return "m" + number;
    }

    @Override
    public String toString() {
        return name() + "." + version;
    }
}
