package org.flowstream.qemutests.model;

import java.util.List;
import java.util.stream.Collectors;

/** A packet's way: what marked it, in order, and how it ended. */
public record Way(List<Mark> marks, Hop end) {
    public Way {
        marks = List.copyOf(marks);
    }

    /** Whether it arrives somewhere. */
    public boolean arrives() {
        return !(end instanceof Hop.Drop);
    }

    @Override
    public String toString() {
        String passed = marks.stream().map(mark -> mark + " ").collect(Collectors.joining());
        return passed
                + (end instanceof Hop.Out out
                        ? "out by " + (char) ('a' + out.port())
                        : end instanceof Hop.Drop ? "dropped" : "switched");
    }
}
