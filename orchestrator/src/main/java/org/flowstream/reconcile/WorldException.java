package org.flowstream.reconcile;

/** A system of the world does not answer, or refused what it was told: one line. */
public final class WorldException extends RuntimeException {
    private final String system;

    public WorldException(String system, String message) {
        super(message);
        this.system = system;
    }

    public WorldException(String system, String message, Throwable cause) {
        super(message, cause);
        this.system = system;
    }

    /** The system's name, such as {@code libvirt}. */
    public String system() {
        return system;
    }

    /** The message, which this class always has. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
