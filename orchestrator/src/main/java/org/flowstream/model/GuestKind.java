package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** What a middlebox runs: the project's own engine, of which all is known, or something of the user's. */
public enum GuestKind {
    /** The engine with a Click configuration. It tells of itself, and takes another configuration while it runs. */
    ENGINE,
    /** A program of the user's, as a process. */
    PROGRAM,
    /** A kernel of the user's, in a machine. */
    KERNEL,
    /** A disk of the user's, in a machine that boots from it. */
    DISK;

    @JsonCreator
    public static GuestKind parse(String text) {
        return Words.parse(GuestKind.class, text);
    }

    /** Whether it is the user's own: nothing can be said of it but whether it runs. */
    public boolean isForeign() {
        return this != ENGINE;
    }

    /** Whether it can run by a hypervisor: a program is a process and nothing else, the others of the user's never one. */
    public boolean runsBy(HypervisorChoice hypervisor) {
        return this == ENGINE || (this == PROGRAM) == (hypervisor == HypervisorChoice.PROCESS);
    }

    @JsonValue
    @Override
    public String toString() {
        return Words.of(this);
    }
}
