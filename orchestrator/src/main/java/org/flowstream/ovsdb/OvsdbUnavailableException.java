package org.flowstream.ovsdb;

/** No connection to the database, or it ended; a transaction that was under way may or may not have been done. */
public final class OvsdbUnavailableException extends OvsdbException {
    public OvsdbUnavailableException(String message) {
        super(message);
    }

    public OvsdbUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
