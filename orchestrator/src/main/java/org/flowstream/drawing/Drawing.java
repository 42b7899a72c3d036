package org.flowstream.drawing;

import java.util.List;
import org.flowstream.click.Connection;
import org.flowstream.click.Graph;
import org.flowstream.click.GraphElement;
import org.flowstream.lowering.PortKinds;

/**
 * A drawn graph: packets go from left to right, inputs are on the left of a box and outputs on the right.
 *
 * @param width all of it, pixels
 * @param height all of it, pixels
 * @param boxes the elements, in the graph's order
 * @param lines the connections, in the graph's order
 */
public record Drawing(double width, double height, List<Box> boxes, List<Line> lines) {
    public Drawing {
        boxes = List.copyOf(boxes);
        lines = List.copyOf(lines);
    }

    /**
     * A port's mark.
     *
     * @param y where it is on its side of the box, from the picture's top
     */
    public record Port(PortKinds.Kind kind, double y) {}

    /**
     * An element.
     *
     * @param config its configuration, as much as is shown of it; empty when it has none
     */
    public record Box(
            GraphElement element,
            String config,
            double x,
            double y,
            double width,
            double height,
            List<Port> inputs,
            List<Port> outputs) {
        public Box {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    /**
     * A connection.
     *
     * @param kind how packets cross it
     * @param path its way, as SVG's path data
     */
    public record Line(Connection connection, PortKinds.Kind kind, String path) {}

    /** Draws a graph whose connections name ports that are there. */
    public static Drawing of(Graph graph, PortKinds kinds) {
        return new Layout(graph, kinds).draw();
    }
}
