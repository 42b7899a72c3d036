package org.flowstream.net;

import org.flowstream.problem.BadValueException;

/**
 * An IPv4 address (RFC 791).
 *
 * @param bits the four octets as a number, the first octet highest
 */
public record Ip4Address(int bits) implements Comparable<Ip4Address> {
    static final String EXPECTED = "an IPv4 address such as 192.0.2.1";

    /** Four decimal numbers from 0 to 255 parted by dots; a leading zero is refused, being octal to some readers. */
    public static Ip4Address parse(String text) {
        int bits = 0;
        String[] octets = text.split("\\.", -1);
        if (octets.length != 4) {
            throw BadValueException.expected(text, EXPECTED);
        }
        for (String octet : octets) {
            boolean digits = octet.matches("[0-9]{1,3}") && (octet.length() == 1 || octet.charAt(0) != '0');
            if (!digits || Integer.parseInt(octet) > 255) {
                throw BadValueException.expected(text, EXPECTED);
            }
            bits = bits << 8 | Integer.parseInt(octet);
        }
        return new Ip4Address(bits);
    }

    /** The address of four bytes from {@code offset}. */
    public static Ip4Address of(byte[] bytes, int offset) {
        int bits = 0;
        for (int i = 0; i < 4; i++) {
            bits = bits << 8 | (bytes[offset + i] & 0xff);
        }
        return new Ip4Address(bits);
    }

    public byte[] toBytes() {
        return new byte[] {(byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits};
    }

    @Override
    public int compareTo(Ip4Address other) {
        return Integer.compareUnsigned(bits, other.bits);
    }

    @Override
    public String toString() {
        return (bits >>> 24) + "." + (bits >>> 16 & 0xff) + "." + (bits >>> 8 & 0xff) + "." + (bits & 0xff);
    }
}
