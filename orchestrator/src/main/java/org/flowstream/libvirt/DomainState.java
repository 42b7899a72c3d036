package org.flowstream.libvirt;

/** What libvirt says of a domain: virDomainState. */
public enum DomainState {
    NO_STATE,
    RUNNING,
    /** Waits for something it has no share of; runs, for us. */
    BLOCKED,
    PAUSED,
    /** It shuts down. */
    SHUTDOWN,
    /** Off, and kept: ours are not, so it is about to go. */
    SHUT_OFF,
    CRASHED,
    SUSPENDED;

    static DomainState of(int number) {
        return number >= 0 && number < values().length ? values()[number] : NO_STATE;
    }
}
