package org.flowstream.process;

/** A process could not be started, looked at or ended; the message is one line. */
public final class ProcessFault extends RuntimeException {
    public ProcessFault(String message) {
        super(message);
    }

    public ProcessFault(String message, Throwable cause) {
        super(message, cause);
    }
}
