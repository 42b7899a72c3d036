package org.flowstream.click;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Which ports an arrow joins.
 *
 * <p>One output goes to all inputs, or all outputs to one input. Several to several need {@code =>}, which joins them in
 * order; there, an element without ports takes as many ports as the other side has. An open list does so with both
 * arrows.
 */
final class PortJoin {
    /** A joined output and input. */
    record Pair(int from, int fromPort, int to, int toPort) {}

    private record Slot(int node, int port) {}

    /** One side of the arrow. */
    private static final class Side {
        private final List<Slot> slots = new ArrayList<>();
        private int open = -1;
        private int opened;
        private int elements;
        private boolean bare;

        void add(int node, Endpoint.Ports ports) {
            elements++;
            bare = ports.isNone();
            if (bare) {
                slots.add(new Slot(node, 0));
            }
            ports.numbers().forEach(port -> slots.add(new Slot(node, port)));
            if (ports.open()) {
                opened++;
                open = slots.size();
            }
        }

        /** Adds ports behind the open list's last one, until there are as many as on the other side. */
        void fill(int wanted) {
            while (open >= 0 && slots.size() < wanted) {
                Slot last = slots.get(open - 1);
                slots.add(open, new Slot(last.node, last.port + 1));
                open++;
            }
        }

        boolean isOpen() {
            return open >= 0;
        }

        boolean isMany() {
            return slots.size() > 1;
        }
    }

    private final boolean parallel;
    private final Side outputs = new Side();
    private final Side inputs = new Side();

    PortJoin(boolean parallel) {
        this.parallel = parallel;
    }

    void output(int node, Endpoint.Ports ports) {
        outputs.add(node, ports);
    }

    void input(int node, Endpoint.Ports ports) {
        inputs.add(node, ports);
    }

    List<Pair> pairs(Consumer<String> complain) {
        if (outputs.opened + inputs.opened > 1) {
            complain.accept("at most one expandable port allowed per connection");
            return List.of();
        }
        if (parallel) {
            openBare(outputs, inputs);
            openBare(inputs, outputs);
        }
        boolean many = (outputs.isMany() || outputs.isOpen()) && (inputs.isMany() || inputs.isOpen());
        outputs.fill(inputs.slots.size());
        inputs.fill(outputs.slots.size());
        List<Pair> pairs = new ArrayList<>();
        if (!many) {
            outputs.slots.forEach(from -> inputs.slots.forEach(to -> pairs.add(pair(from, to))));
            return pairs;
        }
        if (!parallel) {
            complain.accept("syntax error: many-to-many connections require '=>'");
        }
        if (outputs.slots.size() != inputs.slots.size()) {
            complain.accept("connection mismatch: " + outputs.slots.size() + (outputs.isOpen() ? " or more" : "")
                    + " outputs connected to " + inputs.slots.size() + (inputs.isOpen() ? " or more" : "")
                    + " inputs");
        }
        for (int i = 0; i < Math.min(outputs.slots.size(), inputs.slots.size()); i++) {
            pairs.add(pair(outputs.slots.get(i), inputs.slots.get(i)));
        }
        return pairs;
    }

    private static void openBare(Side side, Side other) {
        if (side.elements == 1 && side.bare && other.isMany()) {
            side.open = side.slots.size();
        }
    }

    private static Pair pair(Slot from, Slot to) {
        return new Pair(from.node, from.port, to.node, to.port);
    }
}
