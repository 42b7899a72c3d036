package org.flowstream.lowering;

/** How an argument's value lies in the blob. */
enum Encoding {
    /** A signed number of 64 bits. */
    INTEGER(1),
    /** One byte, 0 or 1. */
    BOOLEAN(2),
    /** UTF-8, with a zero byte behind it that the length does not count. */
    TEXT(3),
    /** Bytes of a size that the type says. */
    BYTES(4),
    /** Bytes that begin with the number of their format. */
    TABLE(5);

    private final int code;

    Encoding(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static Encoding ofCode(int code) {
        for (Encoding encoding : values()) {
            if (encoding.code == code) {
                return encoding;
            }
        }
        throw new IllegalArgumentException("unknown encoding " + code);
    }
}
