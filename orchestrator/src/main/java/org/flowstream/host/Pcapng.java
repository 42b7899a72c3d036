package org.flowstream.host;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Blocks of the pcapng format (draft-ietf-opsawg-pcapng): one section with one Ethernet interface, times in nanoseconds.
 * Each method answers a whole block.
 */
final class Pcapng {
    private static final int SECTION = 0x0a0d0d0a;
    private static final int INTERFACE = 1;
    private static final int STATISTICS = 5;
    private static final int PACKET = 6;
    private static final int BYTE_ORDER = 0x1a2b3c4d;
    private static final int ETHERNET = 1;
    private static final int IF_NAME = 2;
    private static final int IF_DESCRIPTION = 3;
    private static final int IF_RESOLUTION = 9;
    private static final byte NANOSECONDS = 9;
    private static final int EPB_FLAGS = 2;
    private static final byte INBOUND = 1;
    private static final byte OUTBOUND = 2;
    private static final byte ZERO = 0;
    private static final int ISB_RECEIVED = 4;
    private static final int ISB_LOST = 5;
    private static final int APPLICATION = 4;

    private Pcapng() {}

    /** The head of the section: who wrote it, and the interface. */
    static byte[] head(String application, String name, String description, int snaplen) {
        byte[] section = block(SECTION, 16 + option(application))
                .putInt(BYTE_ORDER)
                .putShort((short) 1)
                .putShort((short) 0)
                .putLong(-1)
                .array();
        option(section, 24, APPLICATION, application.getBytes(StandardCharsets.UTF_8));
        byte[] device = block(INTERFACE, 8 + option(name) + option(description) + 8)
                .putShort((short) ETHERNET)
                .putShort((short) 0)
                .putInt(snaplen)
                .array();
        int at = option(device, 16, IF_NAME, name.getBytes(StandardCharsets.UTF_8));
        at = option(device, at, IF_DESCRIPTION, description.getBytes(StandardCharsets.UTF_8));
        option(device, at, IF_RESOLUTION, NANOSECONDS);
        byte[] both = java.util.Arrays.copyOf(section, section.length + device.length);
        System.arraycopy(device, 0, both, section.length, device.length);
        return both;
    }

    /** A frame; inbound is what comes into the interface that the section names. */
    static byte[] packet(CapturedFrame frame, boolean inbound) {
        ByteBuffer bytes = frame.bytes().duplicate();
        int kept = bytes.remaining();
        byte[] block = block(PACKET, 20 + padded(kept) + 8)
                .putInt(0)
                .putInt((int) (frame.time() >>> 32))
                .putInt((int) frame.time())
                .putInt(kept)
                .putInt(frame.length())
                .put(bytes)
                .array();
        option(block, 28 + padded(kept), EPB_FLAGS, inbound ? INBOUND : OUTBOUND, ZERO, ZERO, ZERO);
        return block;
    }

    /** How many frames there were so far, and how many of them are not in the section. */
    static byte[] statistics(long time, long received, long lost) {
        byte[] block = block(STATISTICS, 12 + 12 + 12)
                .putInt(0)
                .putInt((int) (time >>> 32))
                .putInt((int) time)
                .array();
        int at = option(block, 20, ISB_RECEIVED, number(received));
        option(block, at, ISB_LOST, number(lost));
        return block;
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    /** A block with room for its body and the mark that ends the options, positioned at the body. */
    private static ByteBuffer block(int type, int body) {
        int length = 12 + body + 4;
        return ByteBuffer.allocate(length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(length - 4, length)
                .putInt(type)
                .putInt(length);
    }

    private static int padded(int length) {
        return length + 3 & ~3;
    }

    /** Bytes of a text's option. */
    private static int option(String text) {
        return 4 + padded(text.getBytes(StandardCharsets.UTF_8).length);
    }

    private static int option(byte[] block, int at, int code, byte... value) {
        ByteBuffer.wrap(block)
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(at)
                .putShort((short) code)
                .putShort((short) value.length)
                .put(value);
        return at + 4 + padded(value.length);
    }
}
