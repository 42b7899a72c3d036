package org.flowstream.ovsdb;

/** The switch is not as a request presupposes: a bridge is missing, a name belongs to others, a port cannot be opened. */
public final class SwitchConflictException extends OvsdbException {
    public SwitchConflictException(String message) {
        super(message);
    }
}
