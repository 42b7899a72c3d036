package org.flowstream.model;

/**
 * A change of a chain that is taken back unless it comes about.
 *
 * @param before as the chain was declared
 * @param after as it is declared while it is tried
 */
public record Trial(ChainSpec before, ChainSpec after) {
    public Name chain() {
        return after.name();
    }

    /** Whether a chain is still declared as it is tried; whether it is to run, or is bypassed, may have changed since. */
    public boolean isOf(ChainSpec now) {
        return now.equals(after.inStateOf(now));
    }
}
