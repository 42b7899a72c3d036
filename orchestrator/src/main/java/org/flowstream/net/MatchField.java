package org.flowstream.net;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A header field that a flow match may name, in the order in which Open vSwitch writes them (ovs-fields(7)).
 *
 * <p>{@link #VLAN_VID} is OpenFlow 1.3's: bit 0x1000 says that there is a tag. {@link #IP_FRAG} has bit 1 for any
 * fragment and bit 2 for a later one. The other fields are the header's own bits.
 */
public enum MatchField {
    VLAN_VID(13, Form.VLAN, "dl_vlan"),
    VLAN_PCP(3, Form.DECIMAL, "dl_vlan_pcp vlan_pcp"),
    ETH_SRC(48, Form.MAC, "dl_src eth_src"),
    ETH_DST(48, Form.MAC, "dl_dst eth_dst"),
    ETH_TYPE(16, Form.HEX, "dl_type eth_type"),
    IP6_SRC(128, Form.IP6, "ipv6_src"),
    IP6_DST(128, Form.IP6, "ipv6_dst"),
    IP6_LABEL(20, Form.HEX, "ipv6_label"),
    IP_SRC(32, Form.IP4, "nw_src ip_src"),
    IP_DST(32, Form.IP4, "nw_dst ip_dst"),
    ARP_SPA(32, Form.IP4, "arp_spa"),
    ARP_TPA(32, Form.IP4, "arp_tpa"),
    ARP_OP(16, Form.DECIMAL, "arp_op"),
    IP_PROTO(8, Form.DECIMAL, "nw_proto ip_proto"),
    ARP_SHA(48, Form.MAC, "arp_sha"),
    ARP_THA(48, Form.MAC, "arp_tha"),
    IP_DSCP(6, Form.DECIMAL, "ip_dscp"),
    IP_ECN(2, Form.DECIMAL, "nw_ecn ip_ecn"),
    IP_TTL(8, Form.DECIMAL, "nw_ttl"),
    IP_FRAG(2, Form.FRAGMENT, "nw_frag ip_frag"),
    TP_SRC(16, Form.PORT, "tp_src tcp_src udp_src sctp_src"),
    TP_DST(16, Form.PORT, "tp_dst tcp_dst udp_dst sctp_dst"),
    TCP_FLAGS(12, Form.FLAGS, "tcp_flags"),
    ICMP_TYPE(8, Form.DECIMAL, "icmp_type icmpv6_type"),
    ICMP_CODE(8, Form.DECIMAL, "icmp_code icmpv6_code"),
    ND_TARGET(128, Form.IP6, "nd_target"),
    ND_SLL(48, Form.MAC, "nd_sll"),
    ND_TLL(48, Form.MAC, "nd_tll");

    /** How a field's value is written. */
    enum Form {
        DECIMAL,
        HEX,
        PORT,
        MAC,
        IP4,
        IP6,
        VLAN,
        FRAGMENT,
        FLAGS
    }

    private static final Map<String, MatchField> BY_NAME = Arrays.stream(values())
            .flatMap(field -> Arrays.stream(field.names.split(" ", -1)).map(name -> Map.entry(name, field)))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private final int bits;
    private final Form form;
    /** The first is the one that Open vSwitch writes. */
    private final String names;

    MatchField(int bits, Form form, String names) {
        this.bits = bits;
        this.form = form;
        this.names = names;
    }

    /** The width of the field. */
    public int bits() {
        return bits;
    }

    /** The name that Open vSwitch writes. */
    public String text() {
        int blank = names.indexOf(' ');
        return blank < 0 ? names : names.substring(0, blank);
    }

    Form form() {
        return form;
    }

    static Optional<MatchField> byName(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    static List<String> allNames() {
        return Stream.concat(BY_NAME.keySet().stream(), Stream.of("nw_tos", "vlan_tci", "vlan_vid"))
                .sorted()
                .toList();
    }

    /** The field of the other end: source for destination and the other way round; itself where there is none. */
    MatchField reversed() {
        return switch (this) {
            case ETH_SRC -> ETH_DST;
            case ETH_DST -> ETH_SRC;
            case IP6_SRC -> IP6_DST;
            case IP6_DST -> IP6_SRC;
            case IP_SRC -> IP_DST;
            case IP_DST -> IP_SRC;
            case ARP_SPA -> ARP_TPA;
            case ARP_TPA -> ARP_SPA;
            case ARP_SHA -> ARP_THA;
            case ARP_THA -> ARP_SHA;
            case TP_SRC -> TP_DST;
            case TP_DST -> TP_SRC;
            default -> this;
        };
    }
}
