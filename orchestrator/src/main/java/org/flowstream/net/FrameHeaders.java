package org.flowstream.net;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The headers of one IP frame as a match, all of them exact: VLAN, Ethernet type, addresses, protocol, and ports where
 * there are some. It reads frames as Open vSwitch does: one tag, IPv4 and IPv6 with its extension headers (RFC 8200,
 * section 4).
 *
 * @param isLaterFragment whether it is a fragment and not the first, so that nobody can tell its ports
 * @param datagram the identification that it shares with the other fragments of its datagram; empty when it is whole
 */
public record FrameHeaders(FlowMatch match, boolean isLaterFragment, Optional<Long> datagram) {
    private static final int ETHER = 14;
    private static final int TAG = 4;
    private static final int PRESENT = 0x1000;
    private static final int VLAN_MASK = 0x1fff;
    private static final int IP4 = 20;
    private static final int IP6 = 40;
    private static final int PORTS = 4;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int SCTP = 132;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION = 60;
    private static final int AUTHENTICATION = 51;
    private static final int ICMP4 = 1;
    private static final int ICMP6 = 58;
    private static final int ICMP = 8;

    /** Headers of a frame that is whole. */
    public FrameHeaders(FlowMatch match) {
        this(match, false, Optional.empty());
    }

    /** The flow of a frame; empty for one that is not IP or is cut short. */
    public static Optional<FrameHeaders> of(byte[] frame) {
        Reader reader = new Reader(ByteBuffer.wrap(frame));
        return reader.read() ? Optional.of(reader.headers()) : Optional.empty();
    }

    /**
     * The headers of the packet that an ICMP error is about (RFC 792; RFC 4443, section 3), as far as it quotes them, with
     * the frame's own VLAN; empty for a frame that is no such error.
     */
    public static Optional<FrameHeaders> quotedBy(byte[] frame) {
        Reader error = new Reader(ByteBuffer.wrap(frame));
        if (!error.read() || !error.isError()) {
            return Optional.empty();
        }
        Reader quoted = new Reader(error.frame);
        quoted.fields.put(MatchField.VLAN_VID, error.fields.get(MatchField.VLAN_VID));
        quoted.fields.put(MatchField.ETH_TYPE, error.fields.get(MatchField.ETH_TYPE));
        int at = error.upper + ICMP;
        boolean good = error.isIp6() ? quoted.ip6(at) : quoted.ip4(at);
        return good ? Optional.of(quoted.headers()) : Optional.empty();
    }

    /** Walks through the headers. */
    private static final class Reader {
        private final ByteBuffer frame;
        private final TreeMap<MatchField, MaskedValue> fields = new TreeMap<>();
        private boolean later;
        private int protocol;
        private int upper;
        private Optional<Long> datagram = Optional.empty();

        Reader(ByteBuffer frame) {
            this.frame = frame;
        }

        FrameHeaders headers() {
            return new FrameHeaders(new FlowMatch(fields), later, datagram);
        }

        boolean isIp6() {
            return fields.containsKey(MatchField.IP6_SRC);
        }

        boolean isError() {
            if (later || !has(upper, ICMP)) {
                return false;
            }
            int type = u8(upper);
            return isIp6()
                    ? protocol == ICMP6 && IcmpErrors.IP6.contains(type)
                    : protocol == ICMP4 && IcmpErrors.IP4.contains(type);
        }

        private void put(MatchField field, long value) {
            fields.put(field, MaskedValue.exact(value, field.bits()));
        }

        private boolean has(int at, int bytes) {
            return frame.limit() - at >= bytes;
        }

        private int u8(int at) {
            return frame.get(at) & 0xff;
        }

        private int u16(int at) {
            return frame.getShort(at) & 0xffff;
        }

        private boolean read() {
            if (!has(0, ETHER)) {
                return false;
            }
            int at = ETHER;
            int type = u16(at - 2);
            if (type == EtherType.VLAN.value()) {
                if (!has(at, TAG)) {
                    return false;
                }
                fields.put(MatchField.VLAN_VID, MaskedValue.of((u16(at) & 0xfff) | PRESENT, VLAN_MASK));
                type = u16(at + 2);
                at += TAG;
            } else {
                fields.put(MatchField.VLAN_VID, MaskedValue.of(0, VLAN_MASK));
            }
            put(MatchField.ETH_TYPE, type);
            if (type == EtherType.IP.value()) {
                return ip4(at);
            }
            return type == EtherType.IP6.value() && ip6(at);
        }

        private boolean ip4(int at) {
            if (!has(at, IP4)) {
                return false;
            }
            int header = (u8(at) & 0xf) * 4;
            later = (u16(at + 6) & 0x1fff) != 0;
            if ((u16(at + 6) & 0x3fff) != 0) {
                datagram = Optional.of((long) u16(at + 4));
            }
            if (u8(at) >> 4 != 4 || header < IP4 || !has(at, header)) {
                return false;
            }
            put(MatchField.IP_SRC, frame.getInt(at + 12) & 0xffff_ffffL);
            put(MatchField.IP_DST, frame.getInt(at + 16) & 0xffff_ffffL);
            return transport(u8(at + 9), at + header);
        }

        private boolean ip6(int at) {
            if (!has(at, IP6) || u8(at) >> 4 != 6) {
                return false;
            }
            address(MatchField.IP6_SRC, at + 8);
            address(MatchField.IP6_DST, at + 24);
            int next = u8(at + 6);
            int here = at + IP6;
            while (next == HOP_BY_HOP
                    || next == ROUTING
                    || next == DESTINATION
                    || next == AUTHENTICATION
                    || next == FRAGMENT) {
                if (!has(here, 8)) {
                    return false;
                }
                if (next == FRAGMENT) {
                    later |= (u16(here + 2) & 0xfff8) != 0;
                    datagram = Optional.of(frame.getInt(here + 4) & 0xffff_ffffL);
                }
                if (later) {
                    put(MatchField.IP_PROTO, FRAGMENT);
                    return true;
                }
                int length =
                        next == FRAGMENT ? 8 : next == AUTHENTICATION ? (u8(here + 1) + 2) * 4 : (u8(here + 1) + 1) * 8;
                next = u8(here);
                here += length;
            }
            return transport(next, here);
        }

        private void address(MatchField field, int at) {
            fields.put(field, new MaskedValue(frame.getLong(at), frame.getLong(at + 8), -1, -1));
        }

        private boolean transport(int number, int at) {
            protocol = number;
            upper = at;
            put(MatchField.IP_PROTO, protocol);
            if (!later && (protocol == TCP || protocol == UDP || protocol == SCTP)) {
                if (!has(at, PORTS)) {
                    return false;
                }
                put(MatchField.TP_SRC, u16(at));
                put(MatchField.TP_DST, u16(at + 2));
            }
            return true;
        }
    }
}
