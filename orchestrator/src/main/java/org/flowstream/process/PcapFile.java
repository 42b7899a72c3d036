package org.flowstream.process;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Ethernet frames in a file of libpcap's format (draft-ietf-opsawg-pcap), with times in nanoseconds; files with
 * microseconds are read too.
 */
public final class PcapFile {
    private static final int NANOSECONDS = 0xa1b23c4d;
    private static final int MICROSECONDS = 0xa1b2c3d4;
    private static final int HEADER = 24;
    private static final int RECORD = 16;
    private static final int LONGEST_FRAME = 262_144;
    private static final int ETHERNET = 1;
    private static final long SECOND = 1_000_000_000L;

    private PcapFile() {}

    /**
     * A frame.
     *
     * @param time nanoseconds since 1970
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Entry(long time, byte[] frame) {}

    static void write(Path file, List<Entry> entries) throws IOException {
        int size = HEADER
                + entries.stream().mapToInt(it -> RECORD + it.frame().length).sum();
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(NANOSECONDS).putShort((short) 2).putShort((short) 4);
        out.putInt(0).putInt(0).putInt(LONGEST_FRAME).putInt(ETHERNET);
        for (Entry entry : entries) {
            out.putInt((int) (entry.time() / SECOND)).putInt((int) (entry.time() % SECOND));
            out.putInt(entry.frame().length).putInt(entry.frame().length);
            out.put(entry.frame());
        }
        Files.write(file, out.array());
    }

    /** The frames of a file, in its order. */
    public static List<Entry> read(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        try {
            int magic = in.getInt();
            if (magic != NANOSECONDS && magic != MICROSECONDS) {
                throw new IOException(file + " is not a pcap file");
            }
            long unit = magic == NANOSECONDS ? 1 : 1_000;
            in.position(HEADER);
            List<Entry> entries = new ArrayList<>();
            while (in.hasRemaining()) {
                long time = Integer.toUnsignedLong(in.getInt()) * SECOND + Integer.toUnsignedLong(in.getInt()) * unit;
                int length = in.getInt();
                if (length < 0 || length > LONGEST_FRAME) {
                    throw new IOException(file + " has a frame of " + Integer.toUnsignedString(length) + " bytes");
                }
                in.getInt();
                byte[] frame = new byte[length];
                in.get(frame);
                entries.add(new Entry(time, frame));
            }
            return entries;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new IOException(file + " is cut short", e);
        }
    }
}
