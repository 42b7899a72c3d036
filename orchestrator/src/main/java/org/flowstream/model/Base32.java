package org.flowstream.model;

import java.util.OptionalLong;

/** Forty bits as eight letters and digits; i, l, o and u are left out, so that no two look alike when read aloud. */
final class Base32 {
    private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int LENGTH = 8;
    static final long LIMIT = 1L << 40;

    private Base32() {}

    static String text(long bits) {
        StringBuilder text = new StringBuilder(LENGTH);
        for (int digit = LENGTH - 1; digit >= 0; digit--) {
            text.append(DIGITS.charAt((int) (bits >>> (5 * digit)) & 31));
        }
        return text.toString();
    }

    /** The bits, or empty when the text is not one that {@link #text} makes. */
    static OptionalLong bits(String text) {
        if (text.length() != LENGTH) {
            return OptionalLong.empty();
        }
        long bits = 0;
        for (int i = 0; i < LENGTH; i++) {
            int digit = DIGITS.indexOf(text.charAt(i));
            if (digit < 0) {
                return OptionalLong.empty();
            }
            bits = bits << 5 | digit;
        }
        return OptionalLong.of(bits);
    }
}
