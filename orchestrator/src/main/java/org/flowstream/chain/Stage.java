package org.flowstream.chain;

/**
 * How much of a chain's rules the switch holds. In both, an external port that is missing is left out: nothing enters
 * there, and what would leave there is dropped.
 */
public enum Stage {
    /** Probe rules, and nothing that leaves its machines is passed on: the chain changes nothing yet. */
    ISOLATED,
    /** All of them: its flow passes its machines, or meets the failure policy. */
    STEERED
}
