package org.flowstream.firstpacket;

import java.util.Locale;

/** Why a first packet got no instance, and met its chain's failure policy or was lost. */
public enum ShedReason {
    /** Its chain has as many instances as its limits say, or as many new ones in this second. */
    LIMITS,
    /** As many set-ups as the daemon does at a time go on. */
    BUSY,
    /** No instance could be set up. */
    FAILED,
    /** It does not say which part of the flow it belongs to, as an ICMP error does not. */
    NO_PART,
    /** More packets than are kept came before its instance was there. */
    HELD,
    /** The switch did not take it back. */
    UNSENT;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
