package org.flowstream.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Disk images of QEMU's format qcow2 (docs/interop/qcow2.rst of QEMU): whether one is whole, and empty ones on top of
 * another, into which everything goes that is written.
 *
 * @param size what the disk has for whom reads it, bytes
 */
public record Qcow2(long size) {
    private static final int MAGIC = 0x514649fb;
    private static final int HEADER = 72;
    private static final int HEADER_3 = 104;
    private static final int LEAST_BITS = 9;
    private static final int MOST_BITS = 21;
    private static final long OFFSET = 0x00fffffffffffe00L;
    private static final long COMPRESSED = 1L << 62;
    private static final int BACKING_FORMAT = 0xe2792aca;
    private static final int BITS = 16;
    private static final int CLUSTER = 1 << BITS;
    private static final int REFCOUNT_TABLE = 1;
    private static final int REFCOUNT_BLOCK = 2;
    private static final int L1_TABLE = 3;
    private static final long LARGEST_L1 = 32L << 20;

    /** What is wrong with a file; empty when it is a disk that needs no other file, and all of it is there. */
    public static Optional<String> fault(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long length = channel.size();
            Optional<ByteBuffer> header = read(channel, 0, HEADER);
            if (header.isEmpty() || header.get().getInt(0) != MAGIC) {
                return Optional.of("it is no qcow2 file");
            }
            ByteBuffer head = header.get();
            int version = head.getInt(4);
            int bits = head.getInt(20);
            if ((version != 2 && version != 3) || bits < LEAST_BITS || bits > MOST_BITS) {
                return Optional.of("it is a qcow2 file of a form that is not known");
            }
            if (head.getLong(8) != 0) {
                return Optional.of("it stands on another file: expected a disk that is whole by itself"
                        + " (qemu-img convert -O qcow2 makes one)");
            }
            if (head.getInt(32) != 0) {
                return Optional.of("it is encrypted");
            }
            return whole(channel, length, 1L << bits, Integer.toUnsignedLong(head.getInt(36)), head.getLong(40))
                    ? Optional.empty()
                    : Optional.of("it is cut short or damaged: it names clusters beyond its " + length + " bytes");
        }
    }

    private static boolean whole(FileChannel channel, long length, long cluster, long entries, long l1)
            throws IOException {
        if (entries * Long.BYTES > LARGEST_L1) {
            return false;
        }
        Optional<ByteBuffer> table = read(channel, l1, (int) (entries * Long.BYTES));
        if (table.isEmpty()) {
            return false;
        }
        for (int i = 0; i < entries; i++) {
            long l2 = table.get().getLong(i * Long.BYTES) & OFFSET;
            Optional<ByteBuffer> clusters = l2 == 0 ? Optional.empty() : read(channel, l2, (int) cluster);
            if (l2 != 0 && (clusters.isEmpty() || !within(clusters.get(), length, cluster))) {
                return false;
            }
        }
        return true;
    }

    private static boolean within(ByteBuffer l2, long length, long cluster) {
        for (int i = 0; i < l2.limit(); i += Long.BYTES) {
            long entry = l2.getLong(i);
            // A file's last cluster may be shorter than others; of a compressed one the place alone is looked at.
            long at = (entry & COMPRESSED) != 0 ? entry & compressedPlace(cluster) : entry & OFFSET;
            if (at >= length) {
                return false;
            }
        }
        return true;
    }

    /** The bits of a compressed cluster's place: what is left of 62 by its count of sectors. */
    private static long compressedPlace(long cluster) {
        return (1L << (62 - (Long.numberOfTrailingZeros(cluster) - 8))) - 1;
    }

    private static Optional<ByteBuffer> read(FileChannel channel, long at, int length) throws IOException {
        if (at < 0 || at > channel.size() - length) {
            return Optional.empty();
        }
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) > 0) {
            // until it is full
        }
        return buffer.hasRemaining() ? Optional.empty() : Optional.of(buffer.flip());
    }

    /** A disk's size, from its header. */
    public static Qcow2 of(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new Qcow2(read(channel, 24, Long.BYTES)
                    .orElseThrow(() -> new IOException(file + " is no qcow2 file"))
                    .getLong(0));
        }
    }

    /** The bytes of an empty disk on top of this one, which is in a file: four clusters, most of them empty. */
    public byte[] overlay(Path backing) {
        byte[] name = backing.toString().getBytes(StandardCharsets.UTF_8);
        byte[] format = "qcow2".getBytes(StandardCharsets.US_ASCII);
        long perL2 = (long) CLUSTER * (CLUSTER / Long.BYTES);
        int entries = Math.toIntExact((size + perL2 - 1) / perL2);
        int l1Clusters = Math.max(1, (entries * Long.BYTES + CLUSTER - 1) / CLUSTER);
        ByteBuffer file = ByteBuffer.allocate((L1_TABLE + l1Clusters) * CLUSTER);
        int nameAt = HEADER_3 + 16 + 8;
        file.putInt(MAGIC)
                .putInt(3)
                .putLong(nameAt)
                .putInt(name.length)
                .putInt(BITS)
                .putLong(size);
        file.putInt(0).putInt(entries).putLong((long) L1_TABLE * CLUSTER);
        file.putLong((long) REFCOUNT_TABLE * CLUSTER).putInt(1).putInt(0).putLong(0);
        file.putLong(0).putLong(0).putLong(0).putInt(4).putInt(HEADER_3);
        file.putInt(BACKING_FORMAT).putInt(format.length).put(format).position(HEADER_3 + 16);
        file.putInt(0).putInt(0).put(name);
        file.putLong(REFCOUNT_TABLE * CLUSTER, (long) REFCOUNT_BLOCK * CLUSTER);
        for (int cluster = 0; cluster < L1_TABLE + l1Clusters; cluster++) {
            file.putShort(REFCOUNT_BLOCK * CLUSTER + cluster * Short.BYTES, (short) 1);
        }
        return file.array();
    }
}
