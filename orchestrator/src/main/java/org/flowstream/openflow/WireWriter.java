package org.flowstream.openflow;

import java.math.BigInteger;
import java.nio.ByteBuffer;

/** Bytes in network order under construction, with lengths filled in once they are known. */
final class WireWriter {
    private static final int START = 128;

    private ByteBuffer buffer = ByteBuffer.allocate(START);

    WireWriter u8(int value) {
        room(1).put((byte) value);
        return this;
    }

    WireWriter u16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    WireWriter u32(int value) {
        room(4).putInt(value);
        return this;
    }

    WireWriter u64(long value) {
        room(8).putLong(value);
        return this;
    }

    WireWriter zeros(int count) {
        room(count).put(new byte[count]);
        return this;
    }

    WireWriter bytes(byte[] more) {
        room(more.length).put(more);
        return this;
    }

    /** A number of so many whole bytes. */
    WireWriter number(BigInteger value, int bytes) {
        if (value.signum() < 0 || value.bitLength() > 8 * bytes) {
            throw new IllegalArgumentException(value + " does not fit in " + bytes + " bytes");
        }
        for (int i = bytes - 1; i >= 0; i--) {
            u8(value.shiftRight(8 * i).intValue());
        }
        return this;
    }

    /** Zeros until the distance from {@code start} is a multiple of eight. */
    WireWriter padTo8(int start) {
        return zeros(-(position() - start) & 7);
    }

    int position() {
        return buffer.position();
    }

    /** Writes a 16-bit number, such as a length, over what stands at {@code position}. */
    void patch16(int position, int value) {
        if (value > 0xffff) {
            throw new IllegalArgumentException("a message of " + value + " bytes is too long for OpenFlow (65535)");
        }
        buffer.putShort(position, (short) value);
    }

    /** All that was written, to be read from; the writer is done with. */
    ByteBuffer written() {
        return buffer.flip();
    }

    byte[] toBytes() {
        byte[] all = new byte[buffer.position()];
        buffer.duplicate().flip().get(all);
        return all;
    }

    private ByteBuffer room(int count) {
        if (buffer.remaining() < count) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(2 * buffer.capacity(), buffer.position() + count));
            larger.put(buffer.flip());
            buffer = larger;
        }
        return buffer;
    }
}
