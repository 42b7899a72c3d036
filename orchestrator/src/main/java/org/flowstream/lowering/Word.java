package org.flowstream.lowering;

import java.util.Arrays;

/**
 * A field of a packet: bits of one 32-bit big-endian word.
 *
 * @param source where the word is looked for
 * @param offset bytes from there, 0 to 65535; or the number of a computed field
 * @param mask the bits of the word that are the field
 */
record Word(Source source, int offset, int mask) {
    /** Where a word comes from. */
    enum Source {
        FRAME(0),
        NETWORK(1),
        TRANSPORT(2),
        COMPUTED(3);

        private final int code;

        Source(int code) {
            this.code = code;
        }

        /** The match program's number for it. */
        int code() {
            return code;
        }

        static Source ofCode(int code) {
            return Arrays.stream(values())
                    .filter(it -> it.code == code)
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Override
    public int hashCode() {
        return (mask * 31 + offset) * 4 + source.code;
    }

    static final int IP6_PROTOCOL = 5;
    static final int IP6_LATER_FRAGMENT = 6;
    static final int IP6_FRAGMENT = 7;

    /** The greatest value of the masked word. */
    long greatest() {
        return Integer.toUnsignedLong(mask);
    }

    static Word network(int offset, int mask) {
        return new Word(Source.NETWORK, offset, mask);
    }

    static Word transport(int offset, int mask) {
        return new Word(Source.TRANSPORT, offset, mask);
    }

    static Word computed(int field) {
        return new Word(Source.COMPUTED, field, -1);
    }
}
