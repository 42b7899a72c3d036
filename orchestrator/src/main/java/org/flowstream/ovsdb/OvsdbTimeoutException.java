package org.flowstream.ovsdb;

/** Something did not come to be within its bound; the message says what was waited for. */
public final class OvsdbTimeoutException extends OvsdbException {
    public OvsdbTimeoutException(String message) {
        super(message);
    }
}
