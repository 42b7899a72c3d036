package org.flowstream.control;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Finds the records in what a machine wrote to its framed console, wherever one begins to read. What is no record is
 * passed over; it costs the records that it touches, and no others. Not for two threads at once.
 */
final class FramedReader {
    /** Each byte of a body may be written as two. */
    private static final int LONGEST_FRAME = 2 * FramedRecord.LONGEST_BODY;

    private final Consumer<FramedRecord> records;
    private final byte[] frame = new byte[LONGEST_FRAME];
    private int length;
    /** Longer than any record: passed over up to its end. */
    private boolean tooLong;

    FramedReader(Consumer<FramedRecord> records) {
        this.records = records;
    }

    /** Takes what came, in pieces of any size. */
    void take(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (next != FramedRecord.END) {
                tooLong |= length == LONGEST_FRAME;
                if (!tooLong) {
                    frame[length++] = next;
                }
                continue;
            }
            if (!tooLong && length > 0) {
                FramedRecord.parse(frame, length).ifPresent(records);
            }
            length = 0;
            tooLong = false;
        }
    }
}
