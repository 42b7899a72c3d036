package org.flowstream.net;

import java.util.SortedMap;

/** What fields need other fields: the prerequisites of OpenFlow 1.3.5, table 12, and of ovs-fields(7). */
final class FlowMatchRules {
    static final int TCP = 6;
    static final int UDP = 17;
    static final int SCTP = 132;
    static final int ICMP = 1;
    static final int ICMP6 = 58;
    static final int RARP = 0x8035;
    static final int VLAN_PRESENT = 0x1000;

    private FlowMatchRules() {}

    /** The first field whose need is not met, as a sentence; empty when all are. */
    static String fault(SortedMap<MatchField, MaskedValue> fields) {
        for (MatchField field : fields.keySet()) {
            String needed = missing(field, fields);
            if (!needed.isEmpty()) {
                return field.text() + ": needs " + needed;
            }
        }
        return "";
    }

    private static String missing(MatchField field, SortedMap<MatchField, MaskedValue> fields) {
        boolean ip4 = isType(fields, EtherType.IP.value());
        boolean ip6 = isType(fields, EtherType.IP6.value());
        boolean arp = isType(fields, EtherType.ARP.value()) || isType(fields, RARP);
        return switch (field) {
            case VLAN_PCP -> isTagged(fields) ? "" : "a VLAN tag (dl_vlan)";
            case IP6_SRC, IP6_DST, IP6_LABEL -> ip6 ? "" : "ipv6";
            case IP_SRC, IP_DST -> ip4 ? "" : "ip";
            case ARP_SPA, ARP_TPA, ARP_OP, ARP_SHA, ARP_THA -> arp ? "" : "arp";
            case IP_PROTO, IP_DSCP, IP_ECN, IP_TTL, IP_FRAG -> ip4 || ip6 ? "" : "ip or ipv6";
            case TP_SRC, TP_DST ->
                isProtocol(fields, TCP) || isProtocol(fields, UDP) || isProtocol(fields, SCTP)
                        ? ""
                        : "tcp, udp or sctp (or tcp6, udp6, sctp6)";
            case TCP_FLAGS -> isProtocol(fields, TCP) ? "" : "tcp or tcp6";
            case ICMP_TYPE, ICMP_CODE ->
                (ip4 && isProtocol(fields, ICMP)) || (ip6 && isProtocol(fields, ICMP6)) ? "" : "icmp or icmp6";
            case ND_TARGET, ND_SLL, ND_TLL -> ip6 && isProtocol(fields, ICMP6) ? "" : "icmp6";
            case VLAN_VID, ETH_SRC, ETH_DST, ETH_TYPE -> "";
        };
    }

    private static boolean isTagged(SortedMap<MatchField, MaskedValue> fields) {
        MaskedValue vid = fields.get(MatchField.VLAN_VID);
        return vid != null && (vid.low() & VLAN_PRESENT) != 0;
    }

    private static boolean isType(SortedMap<MatchField, MaskedValue> fields, int type) {
        MaskedValue value = fields.get(MatchField.ETH_TYPE);
        return value != null && value.low() == type && value.isExact(MatchField.ETH_TYPE.bits());
    }

    private static boolean isProtocol(SortedMap<MatchField, MaskedValue> fields, int protocol) {
        MaskedValue value = fields.get(MatchField.IP_PROTO);
        return value != null && value.low() == protocol && value.isExact(MatchField.IP_PROTO.bits());
    }
}
