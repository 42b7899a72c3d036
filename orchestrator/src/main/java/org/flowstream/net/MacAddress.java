package org.flowstream.net;

import java.util.HexFormat;
import java.util.regex.Pattern;
import org.flowstream.problem.BadValueException;

/**
 * An Ethernet address (IEEE 802, EUI-48).
 *
 * @param bits the six octets as a number, the first octet highest
 */
public record MacAddress(long bits) implements Comparable<MacAddress> {
    public static final MacAddress BROADCAST = new MacAddress(0xffff_ffff_ffffL);
    public static final MacAddress ZERO = new MacAddress(0);

    private static final int OCTETS = 6;
    private static final Pattern FORM =
            Pattern.compile("\\p{XDigit}{1,2}(:\\p{XDigit}{1,2}){5}|\\p{XDigit}{1,2}(-\\p{XDigit}{1,2}){5}"
                    + "|\\p{XDigit}{1,2}(\\.\\p{XDigit}{1,2}){5}");
    private static final Pattern QUADS = Pattern.compile("\\p{XDigit}{4}(\\.\\p{XDigit}{4}){2}");

    public MacAddress {
        if (bits >>> 48 != 0) {
            throw new IllegalArgumentException(Long.toHexString(bits) + " has more than 48 bits");
        }
    }

    /** Six octets in hex parted by colons, hyphens or dots, or three groups of four digits parted by dots. */
    public static MacAddress parse(String text) {
        if (QUADS.matcher(text).matches()) {
            return new MacAddress(Long.parseLong(text.replace(".", ""), 16));
        }
        if (!FORM.matcher(text).matches()) {
            throw BadValueException.expected(text, "a MAC address such as 02:00:00:00:00:01");
        }
        long bits = 0;
        for (String octet : text.split("[:.-]", -1)) {
            bits = bits << 8 | Long.parseLong(octet, 16);
        }
        return new MacAddress(bits);
    }

    /** The address of six bytes from {@code offset}. */
    public static MacAddress of(byte[] bytes, int offset) {
        long bits = 0;
        for (int i = 0; i < OCTETS; i++) {
            bits = bits << 8 | (bytes[offset + i] & 0xff);
        }
        return new MacAddress(bits);
    }

    public byte[] toBytes() {
        byte[] bytes = new byte[OCTETS];
        for (int i = 0; i < OCTETS; i++) {
            bytes[i] = (byte) (bits >>> (8 * (OCTETS - 1 - i)));
        }
        return bytes;
    }

    /** Whether it names a group (the broadcast address included): the lowest bit of the first octet. */
    public boolean isGroup() {
        return ((bits >>> 40) & 1) != 0;
    }

    @Override
    public int compareTo(MacAddress other) {
        return Long.compare(bits, other.bits);
    }

    /** {@code aa:bb:cc:dd:ee:ff}. */
    @Override
    public String toString() {
        return HexFormat.ofDelimiter(":").formatHex(toBytes());
    }
}
