package org.flowstream.openflow;

import java.math.BigInteger;
import java.util.HexFormat;

/** A cursor over received bytes in network order, which says what was cut short instead of reading past the end. */
final class WireReader {
    private final byte[] bytes;
    private final int end;
    private int position;

    WireReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private WireReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.position = start;
        this.end = end;
    }

    int remaining() {
        return end - position;
    }

    int position() {
        return position;
    }

    int u8() {
        need(1);
        return bytes[position++] & 0xff;
    }

    int u16() {
        return u8() << 8 | u8();
    }

    int u32() {
        return u16() << 16 | u16();
    }

    long u64() {
        return (long) u32() << 32 | Integer.toUnsignedLong(u32());
    }

    BigInteger number(int count) {
        return new BigInteger(1, bytes(count));
    }

    byte[] bytes(int count) {
        need(count);
        byte[] part = new byte[count];
        System.arraycopy(bytes, position, part, 0, count);
        position += count;
        return part;
    }

    /** What is left, as hex. */
    String hex() {
        return HexFormat.of().formatHex(bytes(remaining()));
    }

    void skip(int count) {
        need(count);
        position += count;
    }

    /** A cursor over the next bytes alone; this one goes on behind them. */
    WireReader part(int count) {
        need(count);
        WireReader part = new WireReader(bytes, position, position + count);
        position += count;
        return part;
    }

    /** A second cursor at the same place. */
    WireReader copy() {
        return new WireReader(bytes, position, end);
    }

    /** Passes the zeros up to a multiple of eight bytes from {@code start}. */
    void padTo8(int start) {
        skip(Math.min(-(position - start) & 7, remaining()));
    }

    private void need(int count) {
        if (count < 0 || count > remaining()) {
            throw new MalformedMessageException(
                    "cut short: " + count + " bytes expected at offset " + position + ", " + remaining() + " left");
        }
    }
}
