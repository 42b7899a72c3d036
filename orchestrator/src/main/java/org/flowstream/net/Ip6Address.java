package org.flowstream.net;

import java.util.ArrayList;
import java.util.List;
import org.flowstream.problem.BadValueException;

/**
 * An IPv6 address (RFC 4291), written as RFC 5952 recommends.
 *
 * @param high the first eight octets as a number
 * @param low the last eight octets as a number
 */
public record Ip6Address(long high, long low) implements Comparable<Ip6Address> {
    static final String EXPECTED = "an IPv6 address such as 2001:db8::1";

    private static final int GROUPS = 8;

    /** The forms of RFC 4291, section 2.2: eight groups, {@code ::} for zeros, a dotted quad for the last two groups. */
    public static Ip6Address parse(String text) {
        int gap = text.indexOf("::");
        List<Integer> front = new ArrayList<>();
        List<Integer> back = new ArrayList<>();
        if (gap < 0) {
            groups(text, text, true, front);
        } else {
            groups(text.substring(0, gap), text, false, front);
            groups(text.substring(gap + 2), text, true, back);
        }
        int missing = GROUPS - front.size() - back.size();
        if (gap < 0 ? missing != 0 : missing < 1) {
            throw BadValueException.expected(text, EXPECTED);
        }
        long[] halves = new long[2];
        for (int i = 0; i < GROUPS; i++) {
            int group = i < front.size()
                    ? front.get(i)
                    : i < front.size() + missing ? 0 : back.get(i - front.size() - missing);
            halves[i / 4] = halves[i / 4] << 16 | group;
        }
        return new Ip6Address(halves[0], halves[1]);
    }

    private static void groups(String part, String whole, boolean last, List<Integer> into) {
        if (part.isEmpty()) {
            return;
        }
        String[] groups = part.split(":", -1);
        for (int i = 0; i < groups.length; i++) {
            if (last && i == groups.length - 1 && groups[i].indexOf('.') >= 0) {
                int quad = quad(groups[i], whole);
                into.add(quad >>> 16);
                into.add(quad & 0xffff);
            } else if (groups[i].matches("\\p{XDigit}{1,4}")) {
                into.add(Integer.parseInt(groups[i], 16));
            } else {
                throw BadValueException.expected(whole, EXPECTED);
            }
        }
    }

    private static int quad(String part, String whole) {
        try {
            return Ip4Address.parse(part).bits();
        } catch (BadValueException e) {
            throw BadValueException.expected(whole, EXPECTED);
        }
    }

    /** The address of sixteen bytes from {@code offset}. */
    public static Ip6Address of(byte[] bytes, int offset) {
        long[] halves = new long[2];
        for (int i = 0; i < 16; i++) {
            halves[i / 8] = halves[i / 8] << 8 | (bytes[offset + i] & 0xff);
        }
        return new Ip6Address(halves[0], halves[1]);
    }

    public byte[] toBytes() {
        byte[] bytes = new byte[16];
        for (int i = 0; i < 16; i++) {
            bytes[i] = (byte) ((i < 8 ? high : low) >>> (8 * (7 - i % 8)));
        }
        return bytes;
    }

    /** The 32-bit word {@code index}, 0 being the first four octets. */
    public int word(int index) {
        return (int) ((index < 2 ? high : low) >>> (index % 2 == 0 ? 32 : 0));
    }

    private int group(int index) {
        return (int) ((index < 4 ? high : low) >>> (16 * (3 - index % 4))) & 0xffff;
    }

    @Override
    public int compareTo(Ip6Address other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public String toString() {
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < GROUPS; i++) {
            int run = 0;
            while (i + run < GROUPS && group(i + run) == 0) {
                run++;
            }
            if (run > bestLength) {
                bestStart = i;
                bestLength = run;
            }
            i += run;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == bestStart) {
                out.append("::");
                i += bestLength - 1;
            } else {
                if (out.length() > 0 && out.charAt(out.length() - 1) != ':') {
                    out.append(':');
                }
                out.append(Integer.toHexString(group(i)));
            }
        }
        return out.toString();
    }
}
