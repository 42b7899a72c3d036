package org.flowstream.lowering;

import java.io.ByteArrayOutputStream;

/** Bytes that are written one after the other, numbers with their lowest byte first. */
final class LittleEndian {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    LittleEndian number(int value) {
        return half(value).half(value >>> 16);
    }

    /** The lower 16 bits. */
    LittleEndian half(int value) {
        return octet(value).octet(value >>> 8);
    }

    /** The lower 8 bits. */
    LittleEndian octet(int value) {
        bytes.write(value);
        return this;
    }

    LittleEndian reference(BlobHeap.Reference reference) {
        return number(reference.offset()).number(reference.length());
    }

    LittleEndian bytes(byte[] more) {
        bytes.writeBytes(more);
        return this;
    }

    /** Zeros up to a multiple of {@code alignment}. */
    LittleEndian align(int alignment) {
        while (bytes.size() % alignment != 0) {
            bytes.write(0);
        }
        return this;
    }

    int size() {
        return bytes.size();
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
