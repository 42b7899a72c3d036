package org.flowstream.openflow;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.MaskedValue;
import org.flowstream.net.MatchField;

/**
 * A field of a match as it stands on the wire (OpenFlow 1.3.5, section 7.2.3.7; Nicira's from ovs-fields(7)).
 *
 * <p>In the order in which they are sent, which puts what a field presupposes in front of it. One field of a flow has
 * several forms here where the wire tells protocols apart.
 */
enum OxmField {
    ETH_DST(0x8000, 3, MatchField.ETH_DST),
    ETH_SRC(0x8000, 4, MatchField.ETH_SRC),
    ETH_TYPE(0x8000, 5, MatchField.ETH_TYPE),
    VLAN_VID(0x8000, 6, MatchField.VLAN_VID),
    VLAN_PCP(0x8000, 7, MatchField.VLAN_PCP),
    IP_DSCP(0x8000, 8, MatchField.IP_DSCP),
    IP_ECN(0x8000, 9, MatchField.IP_ECN),
    IP_PROTO(0x8000, 10, MatchField.IP_PROTO),
    IPV4_SRC(0x8000, 11, MatchField.IP_SRC),
    IPV4_DST(0x8000, 12, MatchField.IP_DST),
    TCP_SRC(0x8000, 13, MatchField.TP_SRC, 6),
    TCP_DST(0x8000, 14, MatchField.TP_DST, 6),
    UDP_SRC(0x8000, 15, MatchField.TP_SRC, 17),
    UDP_DST(0x8000, 16, MatchField.TP_DST, 17),
    SCTP_SRC(0x8000, 17, MatchField.TP_SRC, 132),
    SCTP_DST(0x8000, 18, MatchField.TP_DST, 132),
    ICMPV4_TYPE(0x8000, 19, MatchField.ICMP_TYPE, 1),
    ICMPV4_CODE(0x8000, 20, MatchField.ICMP_CODE, 1),
    ARP_OP(0x8000, 21, MatchField.ARP_OP),
    ARP_SPA(0x8000, 22, MatchField.ARP_SPA),
    ARP_TPA(0x8000, 23, MatchField.ARP_TPA),
    ARP_SHA(0x8000, 24, MatchField.ARP_SHA),
    ARP_THA(0x8000, 25, MatchField.ARP_THA),
    IPV6_SRC(0x8000, 26, MatchField.IP6_SRC),
    IPV6_DST(0x8000, 27, MatchField.IP6_DST),
    IPV6_FLABEL(0x8000, 28, MatchField.IP6_LABEL),
    ICMPV6_TYPE(0x8000, 29, MatchField.ICMP_TYPE, 58),
    ICMPV6_CODE(0x8000, 30, MatchField.ICMP_CODE, 58),
    IPV6_ND_TARGET(0x8000, 31, MatchField.ND_TARGET),
    IPV6_ND_SLL(0x8000, 32, MatchField.ND_SLL),
    IPV6_ND_TLL(0x8000, 33, MatchField.ND_TLL),
    /** OpenFlow 1.5's field, which a 1.3 switch carries as the Open Networking Foundation's. */
    TCP_FLAGS(0xffff, 42, MatchField.TCP_FLAGS),
    IP_FRAG(0x0001, 26, MatchField.IP_FRAG),
    IP_TTL(0x0001, 29, MatchField.IP_TTL);

    /** The experimenter number of the Open Networking Foundation. */
    static final int ONF = 0x4f4e_4600;

    private static final int EXPERIMENTER_CLASS = 0xffff;

    private static final Map<Integer, OxmField> BY_HEADER =
            Arrays.stream(values()).collect(Collectors.toMap(OxmField::header, Function.identity()));

    private final int oxmClass;
    private final int number;
    private final MatchField field;
    /** The IP protocol whose field this is, 0 where it belongs to no protocol. */
    private final int protocol;

    OxmField(int oxmClass, int number, MatchField field) {
        this(oxmClass, number, field, 0);
    }

    OxmField(int oxmClass, int number, MatchField field, int protocol) {
        this.oxmClass = oxmClass;
        this.number = number;
        this.field = field;
        this.protocol = protocol;
    }

    /** The field's header on the wire without "has mask" and length. */
    int header() {
        return oxmClass << 16 | number << 9;
    }

    static Optional<OxmField> of(int header) {
        return Optional.ofNullable(BY_HEADER.get(header & 0xffff_fe00));
    }

    MatchField field() {
        return field;
    }

    /** Bytes of a value on the wire; the 20 bits of a flow label stand in four. */
    int bytes() {
        return this == IPV6_FLABEL ? 4 : (field.bits() + 7) / 8;
    }

    boolean isExperimenter() {
        return oxmClass == EXPERIMENTER_CLASS;
    }

    /** What a flow asks of this form of the field; empty if it names another form or does not name the field. */
    Optional<MaskedValue> in(FlowMatch flow) {
        if (protocol != 0
                && flow.get(MatchField.IP_PROTO)
                        .filter(value -> value.equals(MaskedValue.exact(protocol, 8)))
                        .isEmpty()) {
            return Optional.empty();
        }
        return flow.get(field);
    }
}
