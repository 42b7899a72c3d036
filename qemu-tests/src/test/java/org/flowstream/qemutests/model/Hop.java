package org.flowstream.qemutests.model;

/** Where a packet goes next. */
public sealed interface Hop {
    /**
     * Into a middlebox.
     *
     * @param forward from its left side to its right
     */
    record Into(int box, boolean forward) implements Hop {}

    /** Out by an endpoint's port. */
    record Out(int port) implements Hop {}

    /** Nowhere. */
    record Drop() implements Hop {}

    /** To the endpoint of its Ethernet address, and to all while nobody knows where that is: no chain claims it. */
    record Switched() implements Hop {}

    Hop DROP = new Drop();
    Hop SWITCHED = new Switched();
}
