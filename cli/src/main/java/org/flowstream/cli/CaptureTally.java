package org.flowstream.cli;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Counts the frames in a pcapng stream of the daemon's as it passes, and reads how many were lost. */
final class CaptureTally {
    private static final int HEAD = 8;
    private static final int STATISTICS = 5;
    private static final int PACKET = 6;
    /** Of the statistics' second option, behind type, length, interface, time and the first option. */
    private static final int LOST = 8 + 12 + 12 + 4;

    private byte[] kept = new byte[0];
    private long frames;
    private long lost;

    /** Takes the next bytes; blocks may be cut anywhere. */
    synchronized void take(byte[] bytes, int length) {
        byte[] whole = Arrays.copyOf(kept, kept.length + length);
        System.arraycopy(bytes, 0, whole, kept.length, length);
        ByteBuffer blocks = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        while (whole.length - at >= HEAD
                && whole.length - at >= blocks.getInt(at + 4)
                && blocks.getInt(at + 4) >= HEAD) {
            int type = blocks.getInt(at);
            if (type == PACKET) {
                frames++;
            } else if (type == STATISTICS) {
                lost = blocks.getLong(at + LOST);
            }
            at += blocks.getInt(at + 4);
        }
        kept = Arrays.copyOfRange(whole, at, whole.length);
    }

    /** {@code 12 frames, 0 lost.} */
    @Override
    public synchronized String toString() {
        return Quantities.count(frames) + (frames == 1 ? " frame, " : " frames, ") + Quantities.count(lost) + " lost.";
    }
}
