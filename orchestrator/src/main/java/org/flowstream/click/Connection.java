package org.flowstream.click;

import org.flowstream.problem.Place;
import org.flowstream.problem.Position;

/**
 * A connection between two elements of the graph.
 *
 * @param from the index of the element that packets come from
 * @param fromPort its output
 * @param to the index of the element that packets go to
 * @param toPort its input
 * @param place where it is written
 */
public record Connection(int from, int fromPort, int to, int toPort, Place place) {
    /** What a connection joins, wherever it is written. */
    record Ends(int from, int fromPort, int to, int toPort) {}

    Ends ends() {
        return new Ends(from, fromPort, to, toPort);
    }

    public Position position() {
        return place.position();
    }
}
