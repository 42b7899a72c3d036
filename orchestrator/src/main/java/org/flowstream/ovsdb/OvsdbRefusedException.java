package org.flowstream.ovsdb;

/** The database refused a call or one operation of a transaction (RFC 7047, section 3.1); nothing was done. */
public final class OvsdbRefusedException extends OvsdbException {
    private final String error;
    private final int operation;

    /**
     * Of the database's own words.
     *
     * @param operation the operation's place in the transaction from 0, -1 for the whole
     */
    public OvsdbRefusedException(String error, String details, int operation) {
        super("the switch's database refused"
                + (operation < 0 ? "" : " operation " + operation)
                + ": "
                + error
                + (details.isEmpty() ? "" : " (" + details + ")"));
        this.error = error;
        this.operation = operation;
    }

    /** The database's word for it, such as {@code constraint violation} or {@code timed out}. */
    public String error() {
        return error;
    }

    public int operation() {
        return operation;
    }
}
