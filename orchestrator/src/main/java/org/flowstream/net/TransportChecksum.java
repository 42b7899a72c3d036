package org.flowstream.net;

/**
 * Whether a frame's TCP or UDP checksum is right (RFC 9293, section 3.1; RFC 768; RFC 8200, section 8.1).
 *
 * <p>A sender that leaves checksums to its network card writes the pseudo-header's sum and lets the card add the rest. By
 * a veth no card ever does: such a checksum is {@link #UNFINISHED}, and whoever receives the packet drops it.
 */
public enum TransportChecksum {
    GOOD,
    /** The pseudo-header's sum alone. */
    UNFINISHED,
    WRONG,
    /** Not told: another protocol, a fragment, or a frame of which a part is missing. */
    NONE;

    private static final int ETHERNET = 14;
    private static final int TAG = 4;
    private static final int IP4_LEAST = 20;
    private static final int IP6 = 40;
    private static final int TCP = 6;
    private static final int UDP = 17;
    /** "More fragments" and the offset. */
    private static final int FRAGMENT = 0x3fff;

    /** Of a frame from its Ethernet header on; up to two VLAN tags are passed. */
    public static TransportChecksum of(byte[] frame) {
        int at = ETHERNET;
        while (at + 2 <= frame.length && at < ETHERNET + 2 * TAG && isTag(u16(frame, at - 2))) {
            at += TAG;
        }
        if (at > frame.length) {
            return NONE;
        }
        int type = u16(frame, at - 2);
        if (type == EtherType.IP.value() && at + IP4_LEAST <= frame.length) {
            int header = 4 * (frame[at] & 0xf);
            int end = at + u16(frame, at + 2);
            boolean whole = header >= IP4_LEAST && end <= frame.length && (u16(frame, at + 6) & FRAGMENT) == 0;
            return whole
                    ? transport(frame, frame[at + 9] & 0xff, at + header, end, sum(frame, at + 12, at + 20))
                    : NONE;
        }
        if (type == EtherType.IP6.value() && at + IP6 <= frame.length) {
            int end = at + IP6 + u16(frame, at + 4);
            return end <= frame.length
                    ? transport(frame, frame[at + 6] & 0xff, at + IP6, end, sum(frame, at + 8, at + 40))
                    : NONE;
        }
        return NONE;
    }

    private static boolean isTag(int type) {
        return type == EtherType.VLAN.value() || type == EtherType.SERVICE_VLAN.value();
    }

    private static TransportChecksum transport(byte[] frame, int protocol, int start, int end, long addresses) {
        int place = protocol == TCP ? start + 16 : start + 6;
        int least = protocol == TCP ? 20 : 8;
        if ((protocol != TCP && protocol != UDP) || end - start < least) {
            return NONE;
        }
        int found = u16(frame, place);
        if (protocol == UDP && found == 0) {
            // The sender made none (RFC 768).
            return GOOD;
        }
        long pseudo = addresses + protocol + (end - start);
        if (fold(pseudo + sum(frame, start, end)) == 0xffff) {
            return GOOD;
        }
        return fold(pseudo) == found ? UNFINISHED : WRONG;
    }

    private static long sum(byte[] frame, int start, int end) {
        long sum = 0;
        for (int i = start; i < end; i += 2) {
            sum += (frame[i] & 0xff) << 8 | (i + 1 < end ? frame[i + 1] & 0xff : 0);
        }
        return sum;
    }

    private static int fold(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) folded;
    }

    private static int u16(byte[] frame, int at) {
        return (frame[at] & 0xff) << 8 | (frame[at + 1] & 0xff);
    }
}
