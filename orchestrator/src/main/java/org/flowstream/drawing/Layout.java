package org.flowstream.drawing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.flowstream.click.Connection;
import org.flowstream.click.Graph;
import org.flowstream.click.GraphElement;
import org.flowstream.lowering.PortKinds;

/** Lays a graph out: layers, order in them, heights, columns, and then the ways of connections. */
final class Layout {
    private static final double MARGIN = 16;
    private static final double GAP = 18;
    private static final double COLUMN_GAP = 36;
    private static final double MOST_COLUMN_GAP = 110;
    private static final double GAP_PER_LINK = 4;
    private static final double LETTER = 6.7;
    private static final double ROW = 14;
    private static final double PADDING = 12;
    private static final double PORT_ROOM = 20;
    private static final double PORT_ROW = 16;
    private static final int MOST_CONFIG = 34;
    /** Connections over more layers than this go straight: else a large circle would have bends without number. */
    private static final int MOST_BENDS = 64;

    private final Graph graph;
    private final PortKinds kinds;
    private final int[] layerOf;
    private final List<List<Vertex>> layers = new ArrayList<>();
    private final List<Vertex> boxes = new ArrayList<>();
    private final List<List<Vertex>> bends = new ArrayList<>();
    private final String[] configs;
    private final double[] widths;
    private double[] left = {};
    private double[] right = {};

    Layout(Graph graph, PortKinds kinds) {
        this.graph = graph;
        this.kinds = kinds;
        this.layerOf = Layering.of(graph);
        this.configs = new String[graph.elements().size()];
        this.widths = new double[graph.elements().size()];
        int count = Arrays.stream(layerOf).max().orElse(0) + 1;
        for (int i = 0; i < count; i++) {
            layers.add(new ArrayList<>());
        }
    }

    Drawing draw() {
        for (int i = 0; i < layerOf.length; i++) {
            addBox(i);
        }
        graph.connections().forEach(this::addBends);
        Ordering.sort(layers);
        Alignment.place(layers, GAP);
        placeColumns();
        List<Drawing.Box> drawn = new ArrayList<>();
        for (int i = 0; i < boxes.size(); i++) {
            drawn.add(box(i));
        }
        List<Drawing.Line> lines = new ArrayList<>();
        for (int i = 0; i < bends.size(); i++) {
            lines.add(line(graph.connections().get(i), bends.get(i), drawn));
        }
        double bottom = layers.stream()
                .flatMap(List::stream)
                .mapToDouble(it -> it.top() + it.height())
                .max()
                .orElse(0);
        return new Drawing(right[right.length - 1] + 2 * MARGIN, bottom + 2 * MARGIN, drawn, lines);
    }

    private void addBox(int index) {
        GraphElement element = graph.elements().get(index);
        configs[index] = shortened(element.configText());
        int inputs = kinds.inputs(index).size();
        int outputs = kinds.outputs(index).size();
        int letters =
                Math.max(Math.max(element.name().length(), element.className().length()), configs[index].length());
        widths[index] = letters * LETTER + PADDING + (inputs > 0 ? PORT_ROOM : 0) + (outputs > 0 ? PORT_ROOM : 0);
        double text = PADDING + ROW * (configs[index].isEmpty() ? 2 : 3);
        Vertex vertex = new Vertex(layerOf[index], Math.max(text, PORT_ROW * Math.max(inputs, outputs)));
        boxes.add(vertex);
        layers.get(vertex.layer()).add(vertex);
    }

    /** The first so many letters, in one line. */
    private static String shortened(String config) {
        String line = config.strip().replaceAll("\\s+", " ");
        if (line.codePointCount(0, line.length()) <= MOST_CONFIG) {
            return line;
        }
        return line.substring(0, line.offsetByCodePoints(0, MOST_CONFIG - 1)) + "…";
    }

    private boolean isForward(Connection connection) {
        return layerOf[connection.from()] < layerOf[connection.to()];
    }

    /** A connection back to the left has a bend in the layers of its ends, too: it goes past both boxes. */
    private void addBends(Connection connection) {
        boolean forward = isForward(connection);
        int first = forward ? layerOf[connection.from()] + 1 : layerOf[connection.to()];
        int last = forward ? layerOf[connection.to()] - 1 : layerOf[connection.from()];
        List<Vertex> path = new ArrayList<>();
        for (int layer = first; layer <= last && last - first < MOST_BENDS; layer++) {
            Vertex bend = new Vertex(layer, 0);
            path.add(bend);
            layers.get(layer).add(bend);
        }
        bends.add(path);
        Vertex before = boxes.get(connection.from());
        double offset = outputOffset(connection.from(), connection.fromPort());
        for (Vertex bend : path) {
            if (forward || bend != path.get(0)) {
                Vertex.join(before, offset, bend, 0);
            }
            before = bend;
            offset = 0;
        }
        if (forward && last - first < MOST_BENDS) {
            Vertex.join(
                    before,
                    offset,
                    boxes.get(connection.to()),
                    offset(
                            boxes.get(connection.to()),
                            kinds.inputs(connection.to()).size(),
                            connection.toPort()));
        }
    }

    private double outputOffset(int element, int port) {
        return offset(boxes.get(element), kinds.outputs(element).size(), port);
    }

    private static double offset(Vertex box, int ports, int port) {
        return box.height() * (port + 0.5) / ports;
    }

    private void placeColumns() {
        left = new double[layers.size()];
        right = new double[layers.size()];
        double x = 0;
        for (int i = 0; i < layers.size(); i++) {
            int links = layers.get(i).stream().mapToInt(it -> it.left().size()).sum();
            x += i == 0 ? COLUMN_GAP : Math.min(MOST_COLUMN_GAP, COLUMN_GAP + GAP_PER_LINK * links);
            left[i] = x;
            double widest = 0;
            for (int element = 0; element < layerOf.length; element++) {
                widest = layerOf[element] == i ? Math.max(widest, widths[element]) : widest;
            }
            x += widest;
            right[i] = x;
        }
        right[right.length - 1] += COLUMN_GAP; // room for connections that turn back
    }

    private Drawing.Box box(int index) {
        Vertex vertex = boxes.get(index);
        double y = vertex.top() + MARGIN;
        return new Drawing.Box(
                graph.elements().get(index),
                configs[index],
                left[vertex.layer()],
                y,
                widths[index],
                vertex.height(),
                ports(vertex, kinds.inputs(index)),
                ports(vertex, kinds.outputs(index)));
    }

    private static List<Drawing.Port> ports(Vertex vertex, List<PortKinds.Kind> kinds) {
        List<Drawing.Port> ports = new ArrayList<>();
        for (int i = 0; i < kinds.size(); i++) {
            ports.add(new Drawing.Port(kinds.get(i), MARGIN + vertex.top() + offset(vertex, kinds.size(), i)));
        }
        return ports;
    }

    private Drawing.Line line(Connection connection, List<Vertex> path, List<Drawing.Box> drawn) {
        Drawing.Box from = drawn.get(connection.from());
        Drawing.Box to = drawn.get(connection.to());
        Drawing.Port output = from.outputs().get(connection.fromPort());
        double end = to.inputs().get(connection.toPort()).y();
        Way way = new Way(from.x() + from.width(), output.y());
        if (isForward(connection)) {
            way.across(endOf(layerOf[connection.from()]));
            for (Vertex bend : path) {
                way.curve(left[bend.layer()], bend.top() + MARGIN);
                way.across(endOf(bend.layer()));
            }
            way.curve(to.x(), end);
        } else {
            way.across(endOf(layerOf[connection.from()]));
            double last =
                    path.isEmpty() ? output.y() : path.get(path.size() - 1).top() + MARGIN;
            way.turn(COLUMN_GAP / 2, last);
            for (int i = path.size() - 1; i >= 0; i--) {
                Vertex bend = path.get(i);
                way.curve(endOf(bend.layer()), bend.top() + MARGIN);
                way.across(left[bend.layer()]);
            }
            way.across(to.x());
            way.turn(-COLUMN_GAP / 2, end);
        }
        return new Drawing.Line(connection, output.kind(), way.data());
    }

    private double endOf(int layer) {
        return right[layer] - (layer == right.length - 1 ? COLUMN_GAP : 0);
    }
}
