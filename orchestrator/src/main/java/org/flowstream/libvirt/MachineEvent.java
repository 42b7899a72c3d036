package org.flowstream.libvirt;

import java.time.Instant;

/**
 * Something that libvirt told unasked. A domain is named, not known: its tag cannot be read when it is gone. Events are
 * hints to look, and the reason why a domain ended; what is true is what {@link LibvirtHost#machines} says.
 */
public sealed interface MachineEvent {
    Instant at();

    /** A domain moved in its life cycle. */
    record Moved(Instant at, String domain, Kind kind) implements MachineEvent {}

    /** The connection is there, for the first time or again: events may have been missed. */
    record Connected(Instant at) implements MachineEvent {}

    /** libvirt does not answer any more; machines go on without it. */
    record Disconnected(Instant at, String reason) implements MachineEvent {}

    /** How it moved: virDomainEventType and its detail. */
    enum Kind {
        STARTED,
        PAUSED,
        RESUMED,
        /** The guest raised pvpanic; the end follows. */
        PANICKED,
        /** It powers off: by itself, or because we pressed the button; the end follows. */
        POWERING_OFF,
        /** The end: the guest had powered off. */
        ENDED_BY_POWER_OFF,
        /** The end: it was destroyed by libvirt's user. */
        ENDED_BY_DESTROY,
        /** The end: the guest had panicked. */
        ENDED_BY_PANIC,
        /** The end: QEMU died, or could not start. */
        ENDED_BY_DEATH,
        /** Something else: saved, migrated, defined. */
        OTHER;

        private static final int TYPE_STARTED = 2;
        private static final int TYPE_SUSPENDED = 3;
        private static final int TYPE_RESUMED = 4;
        private static final int TYPE_STOPPED = 5;
        private static final int TYPE_SHUTDOWN = 6;
        private static final int TYPE_CRASHED = 8;

        /** From the numbers of libvirt's life-cycle event; numbers that are not known are {@link #OTHER}. */
        static Kind of(int type, int detail) {
            return switch (type) {
                case TYPE_STARTED -> STARTED;
                case TYPE_SUSPENDED -> PAUSED;
                case TYPE_RESUMED -> RESUMED;
                case TYPE_SHUTDOWN -> POWERING_OFF;
                case TYPE_CRASHED -> PANICKED;
                case TYPE_STOPPED -> stopped(detail);
                default -> OTHER;
            };
        }

        private static Kind stopped(int detail) {
            return switch (detail) {
                case 0 -> ENDED_BY_POWER_OFF;
                case 1 -> ENDED_BY_DESTROY;
                case 2 -> ENDED_BY_PANIC;
                case 5 -> ENDED_BY_DEATH;
                default -> OTHER;
            };
        }

        /** Whether the domain is gone. */
        public boolean ended() {
            return switch (this) {
                case ENDED_BY_POWER_OFF, ENDED_BY_DESTROY, ENDED_BY_PANIC, ENDED_BY_DEATH -> true;
                default -> false;
            };
        }
    }
}
