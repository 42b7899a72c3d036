package org.flowstream.drawing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The order of vertices within layers: each near the middle of what it is joined to, so that few links cross. */
final class Ordering {
    private static final int SWEEPS = 8;

    private Ordering() {}

    /** Sorts each layer, from the top. */
    static void sort(List<List<Vertex>> layers) {
        layers.forEach(Ordering::number);
        List<List<Vertex>> best = copy(layers);
        long fewest = crossings(layers);
        for (int sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
            boolean rightwards = sweep % 2 == 0;
            for (int i = 0; i < layers.size(); i++) {
                sort(layers.get(rightwards ? i : layers.size() - 1 - i), rightwards);
            }
            long now = crossings(layers);
            if (now < fewest) {
                fewest = now;
                best = copy(layers);
            }
        }
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).clear();
            layers.get(i).addAll(best.get(i));
            number(layers.get(i));
        }
    }

    private static List<List<Vertex>> copy(List<List<Vertex>> layers) {
        List<List<Vertex>> copy = new ArrayList<>();
        layers.forEach(each -> copy.add(List.copyOf(each)));
        return copy;
    }

    private static void number(List<Vertex> layer) {
        for (int i = 0; i < layer.size(); i++) {
            layer.get(i).placeAt(i);
        }
    }

    private record Wish(Vertex vertex, double place) {}

    private static void sort(List<Vertex> layer, boolean byLeft) {
        List<Wish> wishes = new ArrayList<>();
        for (Vertex vertex : layer) {
            double sum = 0;
            List<Vertex.Link> links = byLeft ? vertex.left() : vertex.right();
            for (Vertex.Link link : links) {
                sum += byLeft ? end(link.from(), link.fromOffset()) : end(link.to(), link.toOffset());
            }
            wishes.add(new Wish(vertex, links.isEmpty() ? vertex.place() : sum / links.size()));
        }
        wishes.sort(Comparator.comparingDouble(Wish::place));
        layer.clear();
        wishes.forEach(it -> layer.add(it.vertex()));
        number(layer);
    }

    /** Where a link ends: the vertex's place, and a part of one by the port. */
    private static double end(Vertex vertex, double offset) {
        return vertex.place() + (vertex.height() == 0 ? 0.5 : offset / vertex.height());
    }

    private static long crossings(List<List<Vertex>> layers) {
        long sum = 0;
        for (List<Vertex> layer : layers) {
            List<Vertex.Link> links = new ArrayList<>();
            layer.forEach(it -> links.addAll(it.right()));
            links.sort(Comparator.<Vertex.Link>comparingDouble(it -> end(it.from(), it.fromOffset()))
                    .thenComparingDouble(it -> end(it.to(), it.toOffset())));
            double[] ends = links.stream()
                    .mapToDouble(it -> end(it.to(), it.toOffset()))
                    .toArray();
            sum += inversions(ends, new double[ends.length], 0, ends.length);
        }
        return sum;
    }

    /** How many pairs stand in the wrong order, by sorting them (Knuth, The Art of Computer Programming 3, 5.1.1). */
    private static long inversions(double[] values, double[] room, int begin, int end) {
        if (end - begin < 2) {
            return 0;
        }
        int middle = (begin + end) >>> 1;
        long count = inversions(values, room, begin, middle) + inversions(values, room, middle, end);
        int left = begin;
        int right = middle;
        for (int i = begin; i < end; i++) {
            if (right == end || (left < middle && values[left] <= values[right])) {
                room[i] = values[left++];
            } else {
                count += middle - left;
                room[i] = values[right++];
            }
        }
        System.arraycopy(room, begin, values, begin, end - begin);
        return count;
    }
}
