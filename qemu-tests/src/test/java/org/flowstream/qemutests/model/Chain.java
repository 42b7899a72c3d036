package org.flowstream.qemutests.model;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A chain as declared.
 *
 * @param slot its number; its boxes are numbered from {@value #MOST_BOXES} times that on
 * @param left the endpoint at whose port its flow enters
 * @param right the endpoint at whose port the answers enter
 * @param open whether packets go around what is dead
 * @param boxes from left to right
 * @param onDemand whether each connection has boxes of its own, which come with its first packet and go when it is idle
 */
public record Chain(
        int slot,
        int left,
        int right,
        Flow flow,
        int priority,
        boolean open,
        boolean stopped,
        boolean bypassed,
        List<Box> boxes,
        boolean onDemand) {
    /** How many boxes a chain may have. */
    static final int MOST_BOXES = 3;

    public Chain {
        boxes = List.copyOf(boxes);
    }

    public String name() {
        return "c" + slot;
    }

    Chain withStopped(boolean value) {
        return new Chain(slot, left, right, flow, priority, open, value, bypassed, boxes, onDemand);
    }

    Chain withBypassed(boolean value) {
        return new Chain(slot, left, right, flow, priority, open, stopped, value, boxes, onDemand);
    }

    /** The index of a box, or -1. */
    int indexOf(int box) {
        for (int index = 0; index < boxes.size(); index++) {
            if (boxes.get(index).number() == box) {
                return index;
            }
        }
        return -1;
    }

    /** Whether some packet enters both of these, and neither comes first. */
    boolean clashes(Chain other) {
        return slot != other.slot
                && priority == other.priority
                && (meets(left, flow, other) || meets(right, flow.reversed(), other));
    }

    private static boolean meets(int port, Flow flow, Chain other) {
        return (port == other.left && flow.meets(other.flow))
                || (port == other.right && flow.meets(other.flow.reversed()));
    }

    @Override
    public String toString() {
        return name() + " " + (char) ('a' + left) + ":" + (char) ('a' + right) + " '" + flow + "' priority " + priority
                + (open ? " open " : " closed ")
                + boxes.stream().map(Box::toString).collect(Collectors.joining(" "))
                + (onDemand ? " for each connection" : "") + (stopped ? ", stopped" : "")
                + (bypassed ? ", bypassed" : "");
    }
}
