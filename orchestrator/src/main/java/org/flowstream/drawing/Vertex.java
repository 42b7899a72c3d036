package org.flowstream.drawing;

import java.util.ArrayList;
import java.util.List;

/** What has a place in a layer: an element's box, or the bend of a connection that crosses the layer. */
final class Vertex {
    /**
     * What joins two vertices of neighbouring layers, left to right.
     *
     * @param fromOffset where it begins, below the left vertex's top
     * @param toOffset where it ends, below the right vertex's top
     */
    record Link(Vertex from, double fromOffset, Vertex to, double toOffset) {}

    private final int layer;
    private final double height;
    private final List<Link> left = new ArrayList<>(1);
    private final List<Link> right = new ArrayList<>(1);

    /** Its place in its layer, counted from the top. */
    private int place;

    private double top;

    Vertex(int layer, double height) {
        this.layer = layer;
        this.height = height;
    }

    static void join(Vertex from, double fromOffset, Vertex to, double toOffset) {
        Link link = new Link(from, fromOffset, to, toOffset);
        from.right.add(link);
        to.left.add(link);
    }

    int layer() {
        return layer;
    }

    double height() {
        return height;
    }

    /** The links that come from the layer on the left. */
    List<Link> left() {
        return left;
    }

    /** The links that go to the layer on the right. */
    List<Link> right() {
        return right;
    }

    int place() {
        return place;
    }

    void placeAt(int number) {
        this.place = number;
    }

    double top() {
        return top;
    }

    void moveTo(double y) {
        this.top = y;
    }
}
