package org.flowstream.qemutests;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * A guest of some thirty bytes of code: prints a line on the serial port, does one thing, stops the timer and halts for
 * good. What libvirt does with machines is tested on it apart from the engine.
 */
enum TinyGuest {
    /** Stays, deaf to the power button. */
    DEAF(""),
    /** Raises pvpanic: {@code mov $0x505,%edx; mov $1,%al; out %al,%dx}. */
    PANICS("ba05050000" + "b001" + "ee"),
    /** Powers off by ACPI: {@code mov $0x604,%edx; mov $0x2000,%ax; out %ax,%dx}. */
    POWERS_OFF("ba04060000" + "66b80020" + "66ef");

    private static final int ADDRESS = 0x10_0000;
    private static final int OFFSET = 0x1000;
    private static final int ELF_HEADER = 52;
    private static final int PROGRAM_HEADER = 32;
    private static final int NOTE = 20;
    private static final int XEN_PHYS32_ENTRY = 18;

    private final String deed;

    TinyGuest(String deed) {
        this.deed = deed;
    }

    /** An ELF file with a PVH note (Xen's public/arch-x86/hvm/start_info.h): entered in 32-bit mode. */
    byte[] elf(String line) {
        byte[] code = code(line);
        int noteAt = (code.length + 3) / 4 * 4;
        int size = noteAt + NOTE;
        byte[] bytes = new byte[OFFSET + size];
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 1, 1, 1}).position(16);
        file.putShort((short) 2)
                .putShort((short) 3)
                .putInt(1)
                .putInt(ADDRESS)
                .putInt(ELF_HEADER)
                .putInt(0)
                .putInt(0);
        file.putShort((short) ELF_HEADER).putShort((short) PROGRAM_HEADER).putShort((short) 2);
        file.position(ELF_HEADER);
        header(file, 1, OFFSET, size, 5);
        header(file, 4, OFFSET + noteAt, NOTE, 4);
        file.position(OFFSET);
        file.put(code).position(OFFSET + noteAt);
        file.putInt(4).putInt(4).putInt(XEN_PHYS32_ENTRY);
        file.put("Xen\0".getBytes(StandardCharsets.US_ASCII)).putInt(ADDRESS);
        return bytes;
    }

    private byte[] code(String line) {
        ByteArrayOutputStream code = new ByteArrayOutputStream();
        byte[] tail = HexFormat.of().parseHex(deed + "b030" + "e643" + "fa" + "f4" + "ebfc");
        int text = ADDRESS + 10 + 8 + tail.length;
        // mov $0x3f8,%edx; mov $text,%esi; 1: lodsb; test %al,%al; jz 2f; out %al,%dx; jmp 1b; 2:
        code.writeBytes(HexFormat.of().parseHex("baf8030000" + "be"));
        for (int shift = 0; shift < 32; shift += 8) {
            code.write(text >>> shift);
        }
        code.writeBytes(HexFormat.of().parseHex("ac" + "84c0" + "7403" + "ee" + "ebf8"));
        code.writeBytes(tail);
        code.writeBytes((line + "\n\0").getBytes(StandardCharsets.US_ASCII));
        return code.toByteArray();
    }

    private static void header(ByteBuffer file, int type, int offset, int size, int flags) {
        int address = ADDRESS + offset - OFFSET;
        file.putInt(type)
                .putInt(offset)
                .putInt(address)
                .putInt(address)
                .putInt(size)
                .putInt(size)
                .putInt(flags)
                .putInt(4);
    }
}
