package org.flowstream.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The program headers of an ELF file for x86-64 (System V ABI, "Object Files" and "Program Loading"), each bounds
 * checked against the file.
 *
 * @param headersOffset where the first program header stands in the file
 * @param segments the program headers in order
 */
record Elf(int headersOffset, List<Segment> segments) {
    static final int HEADER_SIZE = 56;
    static final int PT_NULL = 0;
    static final int PT_LOAD = 1;
    static final int PT_NOTE = 4;
    static final int PF_R = 4;

    private static final int FILE_HEADER_SIZE = 64;
    private static final int MAGIC = 0x464c457f;
    private static final byte CLASS_64 = 2;
    private static final byte LITTLE_ENDIAN = 1;
    private static final int MACHINE_X86_64 = 62;
    private static final int MOST_SEGMENTS = 64;

    Elf {
        segments = List.copyOf(segments);
    }

    /** One program header. */
    record Segment(int type, int flags, long offset, long address, long fileSize, long memorySize, long align) {
        boolean isLoad() {
            return type == PT_LOAD;
        }

        /** Puts the header's 56 bytes; physical and virtual address are the same. */
        void put(ByteBuffer file, int at) {
            file.putInt(at, type)
                    .putInt(at + 4, flags)
                    .putLong(at + 8, offset)
                    .putLong(at + 16, address)
                    .putLong(at + 24, address)
                    .putLong(at + 32, fileSize)
                    .putLong(at + 40, memorySize)
                    .putLong(at + 48, align);
        }
    }

    /**
     * The headers of the file.
     *
     * @param name how errors call the file
     */
    static Elf parse(byte[] bytes, String name) {
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < 4 || file.getInt(0) != MAGIC) {
            throw new ImageException(name + " is not an ELF file");
        }
        if (bytes.length < FILE_HEADER_SIZE) {
            throw cutShort(name, bytes, FILE_HEADER_SIZE);
        }
        if (file.get(4) != CLASS_64 || file.get(5) != LITTLE_ENDIAN || file.getShort(18) != MACHINE_X86_64) {
            throw new ImageException(name + " is an ELF file, but not for x86-64");
        }
        long start = file.getLong(32);
        int size = Short.toUnsignedInt(file.getShort(54));
        int count = Short.toUnsignedInt(file.getShort(56));
        if (size != HEADER_SIZE || count == 0 || count > MOST_SEGMENTS || start < FILE_HEADER_SIZE) {
            throw new ImageException(name + " is an ELF file without program headers of the known form");
        }
        if (start > bytes.length - (long) count * HEADER_SIZE) {
            throw cutShort(name, bytes, start + (long) count * HEADER_SIZE);
        }
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Segment segment = segment(file, (int) start + i * HEADER_SIZE);
            if (segment.type() != PT_NULL) {
                checkBounds(segment, bytes, name);
            }
            segments.add(segment);
        }
        return new Elf((int) start, segments);
    }

    private static Segment segment(ByteBuffer file, int at) {
        return new Segment(
                file.getInt(at),
                file.getInt(at + 4),
                file.getLong(at + 8),
                file.getLong(at + 24),
                file.getLong(at + 32),
                file.getLong(at + 40),
                file.getLong(at + 48));
    }

    private static void checkBounds(Segment segment, byte[] bytes, String name) {
        if (segment.offset() < 0 || segment.fileSize() < 0 || segment.memorySize() < 0 || segment.address() < 0) {
            throw new ImageException(name + " has a program header with impossible numbers");
        }
        if (segment.fileSize() > bytes.length || segment.offset() > bytes.length - segment.fileSize()) {
            throw cutShort(name, bytes, segment.offset() + segment.fileSize());
        }
    }

    private static ImageException cutShort(String name, byte[] bytes, long needed) {
        return new ImageException(name + " is cut short: it has " + bytes.length + " bytes of "
                + (needed < 0 ? "more than it can have" : Long.toUnsignedString(needed)));
    }

    /** The places of the headers of one type. */
    List<Integer> placesOf(int type) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            if (segments.get(i).type() == type) {
                places.add(headersOffset + i * HEADER_SIZE);
            }
        }
        return places;
    }
}
