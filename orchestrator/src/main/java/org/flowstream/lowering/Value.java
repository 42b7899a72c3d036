package org.flowstream.lowering;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A lowered argument: bytes and how they are to be read. */
final class Value {
    private final Encoding encoding;
    private final byte[] bytes;

    private Value(Encoding encoding, byte[] bytes) {
        this.encoding = encoding;
        this.bytes = bytes;
    }

    static Value integer(long number) {
        return new Value(
                Encoding.INTEGER,
                ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(number)
                        .array());
    }

    static Value truth(boolean value) {
        return new Value(Encoding.BOOLEAN, new byte[] {(byte) (value ? 1 : 0)});
    }

    static Value text(String text) {
        return text(text.getBytes(StandardCharsets.UTF_8));
    }

    static Value text(byte[] text) {
        return new Value(Encoding.TEXT, text.clone());
    }

    static Value bytes(byte[] bytes) {
        return new Value(Encoding.BYTES, bytes.clone());
    }

    static Value table(byte[] bytes) {
        return new Value(Encoding.TABLE, bytes.clone());
    }

    Encoding encoding() {
        return encoding;
    }

    byte[] bytes() {
        return bytes.clone();
    }
}
