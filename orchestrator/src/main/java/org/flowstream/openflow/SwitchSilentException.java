package org.flowstream.openflow;

/** The switch did not answer within the bound; what was sent may or may not have been done. */
public final class SwitchSilentException extends OpenFlowException {
    public SwitchSilentException(String message) {
        super(message);
    }
}
