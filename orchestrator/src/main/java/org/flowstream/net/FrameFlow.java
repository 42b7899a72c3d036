package org.flowstream.net;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The flow that one frame belongs to and no frame with other headers: every header field that Open vSwitch sees, in
 * ovs-ofctl's syntax (ovs-fields(7)).
 *
 * <p>It is not a {@link FlowMatch}, which knows only what chains may match: some fields here, as an ARP operation of 0,
 * could not be matched.
 */
public final class FrameFlow {
    private static final int ETHERNET = 14;
    private static final int TAG = 4;
    private static final int LEAST_TYPE = 0x600;
    /** What Open vSwitch takes for the type of a frame that has a length in its place (IEEE 802.3). */
    private static final String NO_TYPE = "0x5ff";

    private static final int IP4_HEADER = 20;
    private static final int IP6_HEADER = 40;
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int FRAGMENT = 44;
    private static final int ICMP6 = 58;
    private static final int SCTP = 132;
    private static final int NEIGHBOUR_SOLICITATION = 135;
    private static final int NEIGHBOUR_ADVERTISEMENT = 136;
    private static final int ND_MESSAGE = 24;

    private final ByteBuffer frame;
    private final List<String> fields = new ArrayList<>();

    private FrameFlow(byte[] frame) {
        this.frame = ByteBuffer.wrap(frame);
    }

    /** The flow of a frame of at least 14 bytes; headers that are cut off are left out. */
    public static String of(byte[] frame) {
        if (frame.length < ETHERNET) {
            throw new IllegalArgumentException("a frame of " + frame.length + " bytes has no Ethernet header");
        }
        FrameFlow flow = new FrameFlow(frame);
        flow.ethernet();
        return String.join(",", flow.fields);
    }

    private void ethernet() {
        add("dl_src", mac(6));
        add("dl_dst", mac(0));
        int at = ETHERNET;
        int type = u16(12);
        if (type == EtherType.VLAN.value() || type == EtherType.SERVICE_VLAN.value()) {
            if (!has(at, TAG)) {
                return;
            }
            // Bit 0x1000: there is a tag. The second tag, if any, is what Open vSwitch takes for the frame's type.
            add("vlan_tci", "0x" + Integer.toHexString(u16(at) | 0x1000));
            type = u16(at + 2);
            at += TAG;
        } else {
            add("vlan_tci", "0");
        }
        if (type < LEAST_TYPE) {
            add("dl_type", NO_TYPE);
            return;
        }
        add("dl_type", "0x" + Integer.toHexString(type));
        if (type == EtherType.IP.value() && has(at, IP4_HEADER)) {
            ip4(at);
        } else if (type == EtherType.IP6.value() && has(at, IP6_HEADER)) {
            ip6(at);
        } else if (type == EtherType.ARP.value() && has(at, 28)) {
            arp(at);
        }
    }

    private void arp(int at) {
        add("arp_op", Integer.toString(u16(at + 6)));
        add("arp_spa", ip4Address(at + 14));
        add("arp_tpa", ip4Address(at + 24));
        add("arp_sha", mac(at + 8));
        add("arp_tha", mac(at + 18));
    }

    private void ip4(int at) {
        int header = (u8(at) & 0xf) * 4;
        int protocol = u8(at + 9);
        int fragment = u16(at + 6) & 0x3fff;
        add("nw_src", ip4Address(at + 12));
        add("nw_dst", ip4Address(at + 16));
        internet(protocol, u8(at + 1), u8(at + 8));
        boolean later = (fragment & 0x1fff) != 0;
        add("nw_frag", fragment == 0 ? "no" : later ? "later" : "first");
        if (!later) {
            transport(protocol, at + header);
        }
    }

    private void internet(int protocol, int trafficClass, int hops) {
        add("nw_proto", Integer.toString(protocol));
        add("nw_tos", Integer.toString(trafficClass & 0xfc));
        add("nw_ecn", Integer.toString(trafficClass & 3));
        add("nw_ttl", Integer.toString(hops));
    }

    private void ip6(int at) {
        int word = frame.getInt(at);
        int next = u8(at + 6);
        int place = at + IP6_HEADER;
        String fragment = "no";
        while (isExtension(next) && has(place, 8)) {
            int following = u8(place);
            if (next == FRAGMENT) {
                int offset = u16(place + 2);
                if ((offset & 0xfff8) != 0) {
                    fragment = "later";
                    break;
                }
                fragment = (offset & 1) != 0 ? "first" : fragment;
                place += 8;
            } else {
                place += next == 51 ? (u8(place + 1) + 2) * 4 : (u8(place + 1) + 1) * 8;
            }
            next = following;
        }
        add("ipv6_src", ip6Address(at + 8));
        add("ipv6_dst", ip6Address(at + 24));
        add("ipv6_label", "0x" + Integer.toHexString(word & 0xfffff));
        internet(next, word >>> 20 & 0xff, u8(at + 7));
        add("nw_frag", fragment);
        if (!fragment.equals("later")) {
            transport(next, place);
        }
    }

    /** Hop-by-hop options, routing, fragment, authentication, destination options, mobility (RFC 8200, section 4.1). */
    private static boolean isExtension(int next) {
        return switch (next) {
            case 0, 43, FRAGMENT, 51, 60, 135 -> true;
            default -> false;
        };
    }

    private void transport(int protocol, int at) {
        switch (protocol) {
            case TCP -> {
                if (has(at, 20)) {
                    ports("tcp", at);
                    add("tcp_flags", "0x" + Integer.toHexString(u16(at + 12) & 0xfff));
                }
            }
            case UDP -> {
                if (has(at, 8)) {
                    ports("udp", at);
                }
            }
            case SCTP -> {
                if (has(at, 12)) {
                    ports("sctp", at);
                }
            }
            case ICMP -> {
                if (has(at, 8)) {
                    add("icmp_type", Integer.toString(u8(at)));
                    add("icmp_code", Integer.toString(u8(at + 1)));
                }
            }
            case ICMP6 -> {
                if (has(at, 8)) {
                    icmp6(at);
                }
            }
            default -> {}
        }
    }

    private void ports(String protocol, int at) {
        add(protocol + "_src", Integer.toString(u16(at)));
        add(protocol + "_dst", Integer.toString(u16(at + 2)));
    }

    private void icmp6(int at) {
        int type = u8(at);
        add("icmpv6_type", Integer.toString(type));
        add("icmpv6_code", Integer.toString(u8(at + 1)));
        boolean neighbours = type == NEIGHBOUR_SOLICITATION || type == NEIGHBOUR_ADVERTISEMENT;
        if (!neighbours || u8(at + 1) != 0 || !has(at, ND_MESSAGE)) {
            return;
        }
        add("nd_target", ip6Address(at + 8));
        for (int option = at + ND_MESSAGE; has(option, 8) && u8(option + 1) != 0; option += u8(option + 1) * 8) {
            if (type == NEIGHBOUR_SOLICITATION && u8(option) == 1) {
                add("nd_sll", mac(option + 2));
            } else if (type == NEIGHBOUR_ADVERTISEMENT && u8(option) == 2) {
                add("nd_tll", mac(option + 2));
            }
        }
    }

    private boolean has(int at, int bytes) {
        return at + bytes <= frame.limit();
    }

    private int u8(int at) {
        return frame.get(at) & 0xff;
    }

    private int u16(int at) {
        return frame.getShort(at) & 0xffff;
    }

    private String mac(int at) {
        return new MacAddress((long) u16(at) << 32 | Integer.toUnsignedLong(frame.getInt(at + 2))).toString();
    }

    private String ip4Address(int at) {
        return new Ip4Address(frame.getInt(at)).toString();
    }

    private String ip6Address(int at) {
        byte[] bytes = new byte[16];
        frame.get(at, bytes);
        return Ip6Address.of(bytes, 0).toString();
    }

    private void add(String name, String value) {
        fields.add(name + "=" + value);
    }
}
