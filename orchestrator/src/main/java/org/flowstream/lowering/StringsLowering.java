package org.flowstream.lowering;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Optional;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;

/**
 * {@code strings}: repeated arguments, each some bytes to look for: a Click string, with bytes in hexadecimal digits between
 * bars as signatures of intrusion detectors have them ({@code a|0d 0a|b}).
 */
record StringsLowering() implements Lowering {
    static final int LONGEST = 1024;

    private static final int FORMAT = 1;
    private static final String EXPECTED =
            "1 to " + LONGEST + " bytes, those between bars as pairs of hexadecimal digits; |7c| is a bar";

    @Override
    public String type() {
        return "strings";
    }

    @Override
    public Optional<Value> lower(Given given) {
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        table.writeBytes(word(FORMAT));
        table.writeBytes(word(given.items().size()));
        boolean sound = true;
        for (ConfigText item : given.items()) {
            Optional<byte[]> bytes = bytes(ConfigStrings.unquoteBytes(item));
            bytes.ifPresentOrElse(it -> put(table, it), () -> given.of(item).expected(EXPECTED));
            sound &= bytes.isPresent();
        }
        return sound ? Optional.of(Value.table(table.toByteArray())) : Optional.empty();
    }

    /** What a string stands for; empty when it is none. */
    static Optional<byte[]> bytes(byte[] written) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringBuilder digits = new StringBuilder();
        boolean hexadecimal = false;
        boolean sound = true;
        for (byte b : written) {
            if (b == '|') {
                sound &= digits.toString().matches("(\\p{XDigit}{2})*");
                out.writeBytes(sound ? HexFormat.of().parseHex(digits) : new byte[0]);
                digits.setLength(0);
                hexadecimal = !hexadecimal;
            } else if (!hexadecimal) {
                out.write(b);
            } else if (b != ' ') {
                digits.append((char) (b & 0xff));
            }
        }
        boolean whole = sound && !hexadecimal && out.size() > 0 && out.size() <= LONGEST;
        return whole ? Optional.of(out.toByteArray()) : Optional.empty();
    }

    private static void put(ByteArrayOutputStream table, byte[] bytes) {
        table.writeBytes(word(bytes.length));
        table.writeBytes(bytes);
        table.write(0);
    }

    private static byte[] word(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array();
    }
}
