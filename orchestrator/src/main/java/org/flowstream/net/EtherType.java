package org.flowstream.net;

import java.util.Locale;
import java.util.Map;
import org.flowstream.problem.BadValueException;

/**
 * The type of an Ethernet frame's payload (IEEE 802 EtherType).
 *
 * @param value 0 to 0xffff; up to 1500 it is a length instead
 */
public record EtherType(int value) implements Comparable<EtherType> {
    public static final EtherType IP = new EtherType(0x0800);
    public static final EtherType ARP = new EtherType(0x0806);
    public static final EtherType VLAN = new EtherType(0x8100);
    public static final EtherType SERVICE_VLAN = new EtherType(0x88a8);
    public static final EtherType IP6 = new EtherType(0x86dd);
    /** IEEE 802 local experimental 1, the type of the daemon's probe frames. */
    public static final EtherType LOCAL_EXPERIMENTAL_1 = new EtherType(0x88b5);

    private static final Map<String, EtherType> NAMES = Map.of("ip", IP, "arp", ARP, "ip6", IP6, "vlan", VLAN);

    public EtherType {
        if (value < 0 || value > 0xffff) {
            throw new IllegalArgumentException(value + " is not within 0 to 0xffff");
        }
    }

    /** A number (decimal, or hex with {@code 0x}) or one of the names ip, arp, ip6, vlan. */
    public static EtherType parse(String text) {
        EtherType named = NAMES.get(text.toLowerCase(Locale.ROOT));
        if (named != null) {
            return named;
        }
        if (text.matches("0[xX]\\p{XDigit}{1,4}|[0-9]{1,5}")) {
            int value = Integer.decode(text.matches("0[0-9]+") ? text.replaceFirst("^0+(?=.)", "") : text);
            if (value <= 0xffff) {
                return new EtherType(value);
            }
        }
        throw BadValueException.expected(text, "an EtherType such as 0x0800, ip, arp, ip6 or vlan");
    }

    @Override
    public int compareTo(EtherType other) {
        return Integer.compare(value, other.value);
    }

    /** Four hex digits with {@code 0x} in front. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "0x%04x", value);
    }
}
