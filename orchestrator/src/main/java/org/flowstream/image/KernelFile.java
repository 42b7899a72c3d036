package org.flowstream.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Looks whether a file is a kernel that QEMU boots: Linux's bzImage (Documentation/arch/x86/boot.rst) or an ELF file with
 * the PVH entry's note (Xen's public header elfnote.h, XEN_ELFNOTE_PHYS32_ENTRY).
 */
final class KernelFile {
    /** What of the file is looked at: headers, and the notes that stand behind them. */
    private static final int HEAD = 1 << 20;

    private static final int MAGIC = 0x464c457f;
    private static final int BOOT_FLAG = 0xaa55;
    private static final int BOOT_FLAG_AT = 0x1fe;
    private static final int SETUP_SECTORS_AT = 0x1f1;
    private static final int PARAGRAPHS_AT = 0x1f4;
    private static final int HEADER_AT = 0x202;
    private static final int HEADER = 0x53726448; // HdrS
    private static final int LEAST = 0x210;
    private static final int SECTOR = 512;
    private static final int PT_NOTE = 4;
    private static final int PHYS32_ENTRY = 18;
    private static final int XEN = 0x006e6558; // "Xen" and its NUL

    private KernelFile() {}

    /** What is wrong with it; empty when it boots, as far as its headers tell. */
    static Optional<String> fault(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer head = ByteBuffer.allocate((int) Math.min(size, HEAD)).order(ByteOrder.LITTLE_ENDIAN);
            while (head.hasRemaining() && channel.read(head, head.position()) > 0) {
                // until the buffer is full
            }
            if (head.limit() < LEAST) {
                return Optional.of("it has " + size + " bytes, too few for a kernel");
            }
            if (head.getInt(0) == MAGIC) {
                return pvh(head);
            }
            if (Short.toUnsignedInt(head.getShort(BOOT_FLAG_AT)) == BOOT_FLAG && head.getInt(HEADER_AT) == HEADER) {
                return whole(head, size);
            }
            return Optional.of("it is neither an ELF file nor a bzImage of Linux");
        }
    }

    private static Optional<String> whole(ByteBuffer head, long size) {
        int sectors = Byte.toUnsignedInt(head.get(SETUP_SECTORS_AT));
        long needed =
                (sectors == 0 ? 5L : sectors + 1L) * SECTOR + Integer.toUnsignedLong(head.getInt(PARAGRAPHS_AT)) * 16;
        return size < needed
                ? Optional.of("it is a bzImage, but cut short: it has " + size + " bytes of " + needed)
                : Optional.empty();
    }

    private static Optional<String> pvh(ByteBuffer head) {
        boolean wide = head.get(4) == 2;
        long start = wide ? head.getLong(32) : Integer.toUnsignedLong(head.getInt(28));
        int entry = Short.toUnsignedInt(head.getShort(wide ? 54 : 42));
        int count = Short.toUnsignedInt(head.getShort(wide ? 56 : 44));
        for (int i = 0; i < count; i++) {
            long at = start + (long) i * entry;
            if (at < 0 || at > head.limit() - (wide ? 56 : 32)) {
                return Optional.of("it is an ELF file, but cut short, or not of a kernel's form");
            }
            if (head.getInt((int) at) == PT_NOTE) {
                long offset = wide ? head.getLong((int) at + 8) : Integer.toUnsignedLong(head.getInt((int) at + 4));
                long length = wide ? head.getLong((int) at + 32) : Integer.toUnsignedLong(head.getInt((int) at + 16));
                if (hasEntry(head, offset, length)) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of("it is an ELF file without the PVH entry by which QEMU starts a kernel");
    }

    private static boolean hasEntry(ByteBuffer head, long offset, long length) {
        long at = offset;
        while (at >= 0 && at <= head.limit() - 16 && at - offset <= length - 16) {
            long name = Integer.toUnsignedLong(head.getInt((int) at));
            long content = Integer.toUnsignedLong(head.getInt((int) at + 4));
            if (head.getInt((int) at + 8) == PHYS32_ENTRY && name == 4 && head.getInt((int) at + 12) == XEN) {
                return true;
            }
            at += 12 + (name + 3) / 4 * 4 + (content + 3) / 4 * 4;
        }
        return false;
    }
}
