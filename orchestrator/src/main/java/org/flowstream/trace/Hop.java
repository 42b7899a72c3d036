package org.flowstream.trace;

import java.util.List;

/**
 * One stop of a packet: the switch, or a middlebox.
 *
 * @param number from 1 in the order of being told
 * @param after the hop that it comes from; 0 for the first
 * @param where {@code switch}, or the middlebox's name
 * @param what the packet is there when it is not the one that was asked about, such as {@code a copy}; else empty
 * @param way what met the packet there, in order
 * @param ends where it went from there
 * @param notes what else is to be known, a sentence each
 */
public record Hop(
        int number, int after, String where, String what, List<Stage> way, List<End> ends, List<String> notes) {
    public Hop {
        way = List.copyOf(way);
        ends = List.copyOf(ends);
        notes = List.copyOf(notes);
    }

    /**
     * A table of the switch, or an element.
     *
     * @param name {@code table 0}, or the element's name
     * @param kind what the rule is for, or the element's class
     * @param rule what decided there, with its number; empty where nothing did
     * @param place where that is written: {@code firewall.click:7}, or the rule's cookie
     * @param rewrote whether it wrote into the packet
     */
    public record Stage(String name, String kind, String rule, String place, boolean rewrote) {}

    /** What came of the packet at a hop. */
    public enum Fate {
        /** It went on to another hop of ours. */
        PASSED,
        /** It left by a port that is none of ours. */
        DELIVERED,
        DROPPED,
        /** It was answered, or put together with others. */
        CONSUMED,
        /** It waits: in a queue, or for an answer. */
        HELD,
        /** It went to the daemon. */
        PUNTED
    }

    /**
     * One end.
     *
     * @param to the port, device or element
     * @param text the end in words
     * @param packet the packet as text when it is not what came in; else empty
     * @param afterNanos how long it took in the middlebox
     */
    public record End(Fate fate, String to, String text, String packet, long afterNanos) {}
}
