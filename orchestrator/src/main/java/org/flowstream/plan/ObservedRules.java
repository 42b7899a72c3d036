package org.flowstream.plan;

import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;

/** The rules on a bridge whose cookies carry a chain's id; a chain that has none there is not listed. */
public record ObservedRules(BridgeName bridge, ChainId chain, State state) {
    /** How they compare with what the chain's plan compiles to, given the ports' numbers now. */
    public enum State {
        /** Exactly those of {@link org.flowstream.chain.Stage#ISOLATED}. */
        ISOLATED,
        /** Exactly those of {@link org.flowstream.chain.Stage#STEERED}. */
        STEERED,
        /**
         * Others: something is missing or surplus, a port got another number, a tap's port has none, or nothing declares
         * the chain.
         */
        OTHER
    }
}
