package org.flowstream.host;

/** The host's network could not be looked at or changed; the message says what was tried and what the tool answered. */
public final class HostException extends RuntimeException {
    public HostException(String message) {
        super(message);
    }

    public HostException(String message, Throwable cause) {
        super(message, cause);
    }
}
