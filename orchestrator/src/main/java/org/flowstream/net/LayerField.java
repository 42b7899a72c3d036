package org.flowstream.net;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.Locale;
import org.flowstream.problem.BadValueException;

/**
 * A field of a packet layer's header.
 *
 * @param name its name in packet text
 * @param offset its first bit, counted from the header's first byte's highest bit
 * @param width its bits
 * @param form how its value is written
 * @param role where its value comes from when the text leaves it out
 * @param fallback the value of a {@link Role#PLAIN} field that the text leaves out
 * @param shown whether it is written even when it has that value
 */
record LayerField(String name, int offset, int width, Form form, Role role, BigInteger fallback, boolean shown) {
    /** How a value is written. */
    enum Form {
        NUMBER,
        HEX,
        MAC,
        IP4,
        IP6,
        TCP_FLAGS
    }

    /** Where a value comes from. */
    enum Role {
        /** The fallback. */
        PLAIN,
        /** The number of the layer behind it. */
        NEXT,
        /** The number of bytes from its header on. */
        LENGTH,
        /** The number of bytes behind its header. */
        PAYLOAD_LENGTH,
        /** The header's length in units of four bytes. */
        WORDS,
        /** The Internet checksum (RFC 1071). */
        CHECKSUM
    }

    private static final String FLAGS = "CEUAPRSF";

    static LayerField shown(String name, int offset, int width, Form form, String fallback) {
        LayerField field = new LayerField(name, offset, width, form, Role.PLAIN, BigInteger.ZERO, true);
        return new LayerField(name, offset, width, form, Role.PLAIN, field.parse(fallback), true);
    }

    static LayerField plain(String name, int offset, int width, long fallback) {
        return new LayerField(name, offset, width, Form.NUMBER, Role.PLAIN, BigInteger.valueOf(fallback), false);
    }

    static LayerField hidden(String name, int offset, int width, Form form, String fallback) {
        LayerField field = shown(name, offset, width, form, fallback);
        return new LayerField(name, offset, width, form, Role.PLAIN, field.fallback(), false);
    }

    static LayerField computed(String name, int offset, int width, Form form, Role role) {
        return new LayerField(name, offset, width, form, role, BigInteger.ZERO, false);
    }

    boolean isComputed() {
        return role != Role.PLAIN;
    }

    BigInteger get(byte[] bytes, int at) {
        BigInteger value = BigInteger.ZERO;
        for (int bit = offset; bit < offset + width; bit++) {
            int set = bytes[at + bit / 8] >> (7 - bit % 8) & 1;
            value = value.shiftLeft(1).or(BigInteger.valueOf(set));
        }
        return value;
    }

    void put(byte[] bytes, BigInteger value) {
        for (int i = 0; i < width; i++) {
            int bit = offset + width - 1 - i;
            int mask = 1 << (7 - bit % 8);
            bytes[bit / 8] = (byte) (value.testBit(i) ? bytes[bit / 8] | mask : bytes[bit / 8] & ~mask);
        }
    }

    BigInteger parse(String text) {
        BigInteger value = switch (form) {
            case MAC -> BigInteger.valueOf(MacAddress.parse(text).bits());
            case IP4 -> BigInteger.valueOf(Ip4Address.parse(text).bits() & 0xffff_ffffL);
            case IP6 -> new BigInteger(1, Ip6Address.parse(text).toBytes());
            case TCP_FLAGS -> flags(text);
            case NUMBER, HEX -> number(text);
        };
        if (value.bitLength() > width) {
            throw BadValueException.of(name + "=" + text + " does not fit " + width + " bits");
        }
        return value;
    }

    String text(BigInteger value) {
        return switch (form) {
            case MAC -> new MacAddress(value.longValueExact()).toString();
            case IP4 -> new Ip4Address(value.intValue()).toString();
            case IP6 -> Ip6Address.of(bytes16(value), 0).toString();
            case TCP_FLAGS -> flagsText(value);
            case HEX -> "0x" + value.toString(16);
            case NUMBER -> value.toString();
        };
    }

    private static byte[] bytes16(BigInteger value) {
        return HexFormat.of().parseHex(String.format("%032x", value));
    }

    private BigInteger number(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.matches("0x[0-9a-f]{1,32}")) {
            return new BigInteger(lower.substring(2), 16);
        }
        if (lower.matches("[0-9]{1,39}")) {
            return new BigInteger(lower);
        }
        throw BadValueException.expected(name + "=" + text, "a number for " + name);
    }

    private BigInteger flags(String text) {
        if (text.startsWith("0x")) {
            return number(text);
        }
        BigInteger value = BigInteger.ZERO;
        for (int i = 0; i < text.length(); i++) {
            int flag = FLAGS.indexOf(text.charAt(i));
            if (flag < 0) {
                throw BadValueException.expected(name + "=" + text, "TCP flags out of " + FLAGS);
            }
            value = value.setBit(FLAGS.length() - 1 - flag);
        }
        return value;
    }

    private static String flagsText(BigInteger value) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < FLAGS.length(); i++) {
            if (value.testBit(FLAGS.length() - 1 - i)) {
                text.append(FLAGS.charAt(i));
            }
        }
        return text.length() == 0 ? "0x0" : text.toString();
    }
}
