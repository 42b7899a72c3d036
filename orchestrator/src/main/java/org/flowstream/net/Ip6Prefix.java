package org.flowstream.net;

import org.flowstream.problem.BadValueException;

/**
 * A block of IPv6 addresses (RFC 4291, section 2.3). Bits of the address behind the prefix are cleared.
 *
 * @param address the first address of the block
 * @param length how many leading bits are fixed, 0 to 128
 */
public record Ip6Prefix(Ip6Address address, int length) implements Comparable<Ip6Prefix> {
    static final String EXPECTED = "an IPv6 prefix such as 2001:db8::/32";

    public Ip6Prefix {
        if (length < 0 || length > 128) {
            throw new IllegalArgumentException("prefix length " + length + " is not within 0 to 128");
        }
        Ip6Address mask = maskOf(length);
        address = new Ip6Address(address.high() & mask.high(), address.low() & mask.low());
    }

    /** {@code ADDRESS/LENGTH}, or a bare address for all 128 bits. */
    public static Ip6Prefix parse(String text) {
        int slash = text.indexOf('/');
        String end = slash < 0 ? "128" : text.substring(slash + 1);
        if (!end.matches("[0-9]{1,3}") || Integer.parseInt(end) > 128) {
            throw BadValueException.expected(text, EXPECTED);
        }
        try {
            Ip6Address address = Ip6Address.parse(slash < 0 ? text : text.substring(0, slash));
            return new Ip6Prefix(address, Integer.parseInt(end));
        } catch (BadValueException e) {
            throw BadValueException.expected(text, EXPECTED);
        }
    }

    private static Ip6Address maskOf(int length) {
        return new Ip6Address(maskBits(Math.min(length, 64)), maskBits(Math.max(length - 64, 0)));
    }

    private static long maskBits(int length) {
        return length == 0 ? 0 : -1L << (64 - length);
    }

    public Ip6Address mask() {
        return maskOf(length);
    }

    public boolean contains(Ip6Address other) {
        return new Ip6Prefix(other, length).address.equals(address);
    }

    @Override
    public int compareTo(Ip6Prefix other) {
        int byAddress = address.compareTo(other.address);
        return byAddress != 0 ? byAddress : Integer.compare(length, other.length);
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }
}
