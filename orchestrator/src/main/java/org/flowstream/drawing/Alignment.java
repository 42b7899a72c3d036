package org.flowstream.drawing;

import java.util.ArrayList;
import java.util.List;

/** How high vertices stand: level with what they are joined to, as far as their neighbours in the layer leave room. */
final class Alignment {
    private static final int SWEEPS = 12;
    /** Long connections shall run straight. */
    private static final double BEND_WEIGHT = 4;

    private Alignment() {}

    /**
     * Places all vertices; the topmost at 0.
     *
     * @param gap the least room between two boxes
     */
    static void place(List<List<Vertex>> layers, double gap) {
        for (List<Vertex> layer : layers) {
            double y = 0;
            for (Vertex vertex : layer) {
                vertex.moveTo(y);
                y += vertex.height() + gap;
            }
        }
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            boolean rightwards = sweep % 2 == 0;
            for (int i = 0; i < layers.size(); i++) {
                align(layers.get(rightwards ? i : layers.size() - 1 - i), rightwards, sweep >= SWEEPS / 2, gap);
            }
        }
        double top = layers.stream()
                .flatMap(List::stream)
                .mapToDouble(Vertex::top)
                .min()
                .orElse(0);
        layers.forEach(layer -> layer.forEach(it -> it.moveTo(it.top() - top)));
    }

    /** Vertices that have come together, and the place that the first of them wishes for on the average. */
    private static final class Block {
        private double sum;
        private double weight;
        private int size = 1;

        double wish() {
            return sum / weight;
        }
    }

    /** The places nearest to the wishes, by least squares, with the order and the gaps kept: pooled adjacent violators. */
    private static void align(List<Vertex> layer, boolean byLeft, boolean byBoth, double gap) {
        double[] offsets = new double[layer.size()];
        List<Block> blocks = new ArrayList<>();
        double offset = 0;
        for (int i = 0; i < layer.size(); i++) {
            Vertex vertex = layer.get(i);
            offsets[i] = offset;
            Block block = new Block();
            wish(vertex, byLeft, byBoth, block);
            block.sum -= offset * block.weight;
            blocks.add(block);
            while (blocks.size() > 1
                    && blocks.get(blocks.size() - 2).wish()
                            > blocks.get(blocks.size() - 1).wish()) {
                Block last = blocks.remove(blocks.size() - 1);
                Block before = blocks.get(blocks.size() - 1);
                before.sum += last.sum;
                before.weight += last.weight;
                before.size += last.size;
            }
            offset += vertex.height() + (vertex.height() == 0 ? gap / 2 : gap);
        }
        int at = 0;
        for (Block block : blocks) {
            for (int i = 0; i < block.size; i++, at++) {
                layer.get(at).moveTo(block.wish() + offsets[at]);
            }
        }
    }

    private static void wish(Vertex vertex, boolean byLeft, boolean byBoth, Block block) {
        for (Vertex.Link link : vertex.left()) {
            if (byLeft || byBoth) {
                add(block, link.from(), vertex, link.from().top() + link.fromOffset() - link.toOffset());
            }
        }
        for (Vertex.Link link : vertex.right()) {
            if (!byLeft || byBoth) {
                add(block, link.to(), vertex, link.to().top() + link.toOffset() - link.fromOffset());
            }
        }
        if (block.weight == 0) { // stays, but gives way
            block.weight = 0.1;
            block.sum = vertex.top() * block.weight;
        }
    }

    private static void add(Block block, Vertex other, Vertex vertex, double top) {
        double weight = other.height() == 0 && vertex.height() == 0 ? BEND_WEIGHT : 1;
        block.sum += weight * top;
        block.weight += weight;
    }
}
