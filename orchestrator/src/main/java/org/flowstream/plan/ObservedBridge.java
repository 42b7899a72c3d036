package org.flowstream.plan;

import org.flowstream.model.BridgeName;

/**
 * A bridge that exists, and whether the rules on it that belong to no chain are as they should be. On a foreign bridge
 * that no declaration uses there should be none.
 */
public record ObservedBridge(BridgeName name, BaseRules base) {
    /** Our rules that serve all chains of a bridge (on the own bridge, the way of unclaimed traffic). */
    public enum BaseRules {
        /** None of ours. */
        NONE,
        /** All, and no other. Where none is needed, none. */
        RIGHT,
        /** Some are missing or surplus. */
        WRONG
    }
}
