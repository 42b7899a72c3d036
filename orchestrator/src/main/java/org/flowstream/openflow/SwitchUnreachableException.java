package org.flowstream.openflow;

/** The switch's socket is absent, or the connection has ended; what was sent may or may not have been done. */
public final class SwitchUnreachableException extends OpenFlowException {
    public SwitchUnreachableException(String message) {
        super(message);
    }

    public SwitchUnreachableException(String message, Throwable cause) {
        super(message, cause);
    }
}
