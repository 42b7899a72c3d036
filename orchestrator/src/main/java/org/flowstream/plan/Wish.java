package org.flowstream.plan;

/** What is wished of one machine now. */
public enum Wish {
    /** It runs; started when it is not, started anew when it is not as declared or unwell. */
    RUN,
    /** No start now (its back-off, or it failed for good); one that runs as it should may go on. */
    HOLD,
    /** It is off. */
    STOP,
    /** It is halted where it runs, and not started. */
    SUSPEND
}
