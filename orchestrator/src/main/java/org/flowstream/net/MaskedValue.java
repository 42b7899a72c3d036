package org.flowstream.net;

/**
 * A value of up to 128 bits of which only the bits of a mask count; the others are 0.
 *
 * @param high the upper 64 bits of the value
 * @param low the lower 64 bits of the value
 * @param maskHigh the upper 64 bits of the mask
 * @param maskLow the lower 64 bits of the mask
 */
public record MaskedValue(long high, long low, long maskHigh, long maskLow) {
    public MaskedValue {
        high &= maskHigh;
        low &= maskLow;
    }

    /** A value of at most 64 bits. */
    public static MaskedValue of(long value, long mask) {
        return new MaskedValue(0, value, 0, mask);
    }

    /** A value of {@code bits} bits, at most 64, of which all count. */
    public static MaskedValue exact(long value, int bits) {
        return of(value, lowBits(bits));
    }

    /** Whether all of a field's {@code bits} bits count. */
    public boolean isExact(int bits) {
        return maskLow == lowBits(Math.min(bits, 64)) && maskHigh == lowBits(Math.max(bits - 64, 0));
    }

    /** Whether no bit counts, so that everything matches. */
    public boolean isAny() {
        return maskHigh == 0 && maskLow == 0;
    }

    /** Whether some value matches both. */
    public boolean meets(MaskedValue other) {
        return ((high ^ other.high) & maskHigh & other.maskHigh) == 0
                && ((low ^ other.low) & maskLow & other.maskLow) == 0;
    }

    /** Whether each value that matches this one matches the other too. */
    public boolean within(MaskedValue other) {
        return meets(other) && (other.maskHigh & ~maskHigh) == 0 && (other.maskLow & ~maskLow) == 0;
    }

    /** What matches this and the other, which it {@link #meets}. */
    public MaskedValue and(MaskedValue other) {
        return new MaskedValue(high | other.high, low | other.low, maskHigh | other.maskHigh, maskLow | other.maskLow);
    }

    /** How many leading bits of {@code bits} count, when no other bit does; else -1. */
    public int prefixLength(int bits) {
        int length = Long.bitCount(maskHigh) + Long.bitCount(maskLow);
        long wantedHigh = bits > 64 ? ~lowBits(64 - Math.min(length, 64)) & lowBits(bits - 64) : 0;
        int inLow = bits > 64 ? Math.max(length - 64, 0) : length;
        long wantedLow = lowBits(Math.min(bits, 64)) & ~lowBits(Math.min(bits, 64) - inLow);
        return maskHigh == wantedHigh && maskLow == wantedLow ? length : -1;
    }

    private static long lowBits(int count) {
        return count == 0 ? 0 : -1L >>> (64 - count);
    }
}
