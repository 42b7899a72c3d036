package org.flowstream.operation;

/** An operation that cannot be cancelled: why, and what to do in its place. */
public final class CancelException extends RuntimeException {
    private final String cure;

    public CancelException(String why, String cure) {
        super(why);
        this.cure = cure;
    }

    public String cure() {
        return cure;
    }
}
