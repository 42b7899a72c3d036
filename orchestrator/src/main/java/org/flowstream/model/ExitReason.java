package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;

/**
 * Why a machine ended, and when.
 *
 * @param detail the guest's last line or libvirt's words; may be empty
 */
public record ExitReason(Instant at, Cause cause, String detail) {
    /** What ended it. */
    public enum Cause {
        /** We were asked to, by the user. */
        STOPPED(false),
        /** The guest found its configuration wrong, said {@code ERROR} and powered off: another start would too. */
        CONFIGURATION_ERROR(false),
        /** It did otherwise than its template's tests say, and we ended it before anything was steered to it: so would another start. */
        FAILED_TESTS(false),
        /** The guest powered off by itself without an error, or because someone pressed the power button. */
        POWERED_OFF(true),
        /** The guest panicked. */
        PANIC(true),
        /** QEMU ended: killed, out of memory, or a fault of its own. */
        DIED(true),
        /** It did not answer in time, and we ended it. */
        HUNG(true),
        /** Someone else destroyed it by libvirt. */
        DESTROYED(true),
        /** libvirt or QEMU refused to start it. */
        START_FAILED(true),
        /** It was gone when the daemon came back: the host restarted, or it ended unseen. */
        GONE(true);

        private final boolean restartable;

        Cause(boolean restartable) {
            this.restartable = restartable;
        }

        @JsonCreator
        public static Cause parse(String text) {
            return Words.parse(Cause.class, text);
        }

        @JsonValue
        @Override
        public String toString() {
            return Words.of(this);
        }
    }

    /** Whether the machine is to be started again, with back-off, while its chain is wished to run. */
    public boolean restartable() {
        return cause.restartable;
    }

    @Override
    public String toString() {
        return cause + (detail.isEmpty() ? "" : ": " + detail);
    }
}
