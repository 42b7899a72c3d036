package org.flowstream.reconcile;

/** A system of the world does not answer, or refused what it was told: one line. */
public final class WorldException extends RuntimeException {
    private final String system;
    private final boolean refusal;

    public WorldException(String system, String message) {
        super(message);
        this.system = system;
        this.refusal = false;
    }

    public WorldException(String system, String message, Throwable cause) {
        this(system, message, cause, false);
    }

    private WorldException(String system, String message, Throwable cause, boolean refusal) {
        super(message, cause);
        this.system = system;
        this.refusal = refusal;
    }

    /** It would be refused again: trying once more is of no use. */
    public static WorldException refusal(String system, String message, Throwable cause) {
        return new WorldException(system, message, cause, true);
    }

    /** Whether the same would be refused again. */
    public boolean isRefusal() {
        return refusal;
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
