package org.flowstream.store;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;

/** The store cannot be read or written: one line that says why, and the cure. Nothing was changed. */
public final class StoreException extends RuntimeException {
    private final String cure;

    StoreException(String message, String cure) {
        super(message);
        this.cure = cure;
    }

    StoreException(String message, String cure, Throwable cause) {
        super(message, cause);
        this.cure = cure;
    }

    static StoreException of(Object file, SQLException e) {
        SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(e.getErrorCode() & 0xff);
        return switch (code) {
            case SQLITE_FULL, SQLITE_IOERR ->
                new StoreException(
                        "cannot write " + file + ": " + said(e) + "; nothing was changed",
                        "make room on its disk (df), and look for faults of the disk (dmesg)",
                        e);
            case SQLITE_CORRUPT, SQLITE_NOTADB ->
                new StoreException(
                        file + " is damaged: " + said(e),
                        "put a copy of it back, or move it away: chains and ports are then to be declared anew",
                        e);
            case SQLITE_BUSY, SQLITE_LOCKED ->
                new StoreException(file + " is in use by another program", "end that program (fuser " + file + ")", e);
            case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM ->
                new StoreException(
                        "cannot write " + file + ": " + said(e),
                        "run the daemon as root, on a disk that can be written",
                        e);
            default -> new StoreException(file + ": " + said(e), "look into the daemon's log", e);
        };
    }

    private static String said(SQLException e) {
        return String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
    }

    public String cure() {
        return cure;
    }
}
