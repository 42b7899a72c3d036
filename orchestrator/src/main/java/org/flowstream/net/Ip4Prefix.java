package org.flowstream.net;

import org.flowstream.problem.BadValueException;

/**
 * A block of IPv4 addresses (RFC 4632). Bits of the address behind the prefix are cleared.
 *
 * @param address the first address of the block
 * @param length how many leading bits are fixed, 0 to 32
 */
public record Ip4Prefix(Ip4Address address, int length) implements Comparable<Ip4Prefix> {
    static final String EXPECTED = "an IPv4 prefix such as 192.0.2.0/24";

    public Ip4Prefix {
        if (length < 0 || length > 32) {
            throw new IllegalArgumentException("prefix length " + length + " is not within 0 to 32");
        }
        address = new Ip4Address(address.bits() & maskBits(length));
    }

    /** {@code A.B.C.D/LENGTH}, {@code A.B.C.D/MASK} with a contiguous mask, or a bare address for all 32 bits. */
    public static Ip4Prefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return new Ip4Prefix(parseAddress(text, text), 32);
        }
        Ip4Address address = parseAddress(text.substring(0, slash), text);
        String end = text.substring(slash + 1);
        if (end.matches("[0-9]{1,2}") && Integer.parseInt(end) <= 32) {
            return new Ip4Prefix(address, Integer.parseInt(end));
        }
        int mask = parseAddress(end, text).bits();
        int length = Integer.numberOfLeadingZeros(~mask);
        if (mask != maskBits(length)) {
            throw BadValueException.expected(text, EXPECTED);
        }
        return new Ip4Prefix(address, length);
    }

    private static Ip4Address parseAddress(String part, String whole) {
        try {
            return Ip4Address.parse(part);
        } catch (BadValueException e) {
            throw BadValueException.expected(whole, EXPECTED);
        }
    }

    private static int maskBits(int length) {
        return length == 0 ? 0 : -1 << (32 - length);
    }

    public Ip4Address mask() {
        return new Ip4Address(maskBits(length));
    }

    public boolean contains(Ip4Address other) {
        return (other.bits() & maskBits(length)) == address.bits();
    }

    @Override
    public int compareTo(Ip4Prefix other) {
        int byAddress = address.compareTo(other.address);
        return byAddress != 0 ? byAddress : Integer.compare(length, other.length);
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }
}
