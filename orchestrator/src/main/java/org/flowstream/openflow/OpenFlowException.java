package org.flowstream.openflow;

/** What went wrong between us and a switch; the subclasses say what is to be done about it. */
public abstract sealed class OpenFlowException extends RuntimeException
        permits MalformedMessageException, SwitchRefusedException, SwitchSilentException, SwitchUnreachableException {
    OpenFlowException(String message) {
        super(message);
    }

    OpenFlowException(String message, Throwable cause) {
        super(message, cause);
    }
}
