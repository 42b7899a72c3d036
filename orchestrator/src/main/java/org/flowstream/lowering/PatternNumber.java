package org.flowstream.lowering;

import java.util.OptionalLong;

/** Numbers as Click writes them: decimal, {@code 0x} hex, {@code 0} octal; at most 32 bits. */
final class PatternNumber {
    private static final long GREATEST = 0xffff_ffffL;

    private PatternNumber() {}

    static OptionalLong parse(String text) {
        long value;
        if (text.matches("0[xX]\\p{XDigit}{1,12}")) {
            value = Long.parseLong(text.substring(2), 16);
        } else if (text.matches("0[0-7]{1,14}")) {
            value = Long.parseLong(text, 8);
        } else if (text.matches("0|[1-9][0-9]{0,14}")) {
            value = Long.parseLong(text);
        } else {
            return OptionalLong.empty();
        }
        return value <= GREATEST ? OptionalLong.of(value) : OptionalLong.empty();
    }
}
