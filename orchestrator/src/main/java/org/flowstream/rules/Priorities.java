package org.flowstream.rules;

/**
 * The places of our rules in table 0, highest first. Entry rules come in fours, so that what is said of fragments and
 * errors stands between the chains' priorities.
 */
final class Priorities {
    /** Probe frames of machines. */
    static final int PROBE = 60_000;
    /** What leaves a machine's device. */
    static final int LEAVE = 50_000;

    private static final int FIRST_ENTRY = 1000;
    private static final int HIGHEST_CHAIN = 9999;

    private Priorities() {}

    /** Fragments and errors that belong to this chain and to another one that is not above it: dropped. */
    static int ambiguous(int chain) {
        return base(chain) + 3;
    }

    /**
     * The lease by which the first fragments of connections come to us that have instances each. They are neither later
     * fragments nor errors, of which alone {@link #ambiguous} speaks.
     */
    static int firstFragments(int chain) {
        return base(chain) + 3;
    }

    /** The flow itself, and the parts of it that have instances of their own. */
    static int entry(int chain) {
        return base(chain) + 2;
    }

    /** The lease by which first packets of the flow come to us, and its fragments and errors. */
    static int lease(int chain) {
        return base(chain) + 1;
    }

    /**
     * Fragments of the flow, and errors about it; and the flow itself where it meets the policy while nobody listens. What
     * is both is the flow.
     */
    static int companion(int chain) {
        return base(chain);
    }

    private static int base(int chain) {
        if (chain < 0 || chain > HIGHEST_CHAIN) {
            throw new IllegalArgumentException(chain + " is not a chain's priority (0 to " + HIGHEST_CHAIN + ")");
        }
        return FIRST_ENTRY + 4 * chain;
    }
}
