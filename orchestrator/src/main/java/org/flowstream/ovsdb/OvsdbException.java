package org.flowstream.ovsdb;

/** What went wrong between us and the switch's database; the subclasses say what is to be done about it. */
public abstract sealed class OvsdbException extends RuntimeException
        permits OvsdbRefusedException, OvsdbTimeoutException, OvsdbUnavailableException, SwitchConflictException {
    OvsdbException(String message) {
        super(message);
    }

    OvsdbException(String message, Throwable cause) {
        super(message, cause);
    }
}
