package org.flowstream.rules;

/** What becomes of traffic on the own bridge that no chain claims. */
public enum Unclaimed {
    /** It is switched among the external ports. */
    SWITCHED,
    /** It is dropped: a closed network. */
    DROPPED
}
