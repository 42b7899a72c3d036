package org.flowstream.openflow;

/** A message that breaks OpenFlow's form: a fault of the switch or of our codec, never of a user. */
public final class MalformedMessageException extends OpenFlowException {
    public MalformedMessageException(String message) {
        super(message);
    }
}
