package org.flowstream.chain;

import java.util.ArrayList;
import java.util.List;
import org.flowstream.net.EtherType;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.MaskedValue;
import org.flowstream.net.MatchField;

/**
 * What neighbours ask and answer about the addresses of a flow: ARP (RFC 826) for one of IPv4, neighbour discovery (RFC
 * 4861) for one of IPv6. A middlebox with addresses of its own is not found without them, and a flow of IP packets alone
 * does not hold them.
 */
final class Neighbours {
    private static final int ICMP6 = 58;
    private static final int SOLICITATION = 135;
    private static final int ADVERTISEMENT = 136;

    private Neighbours() {}

    /** Those from the flow's sources and those about its destinations; none for a flow that is not of one IP version. */
    static List<FlowMatch> of(FlowMatch flow) {
        List<FlowMatch> found = new ArrayList<>();
        if (flow.isOf(EtherType.IP)) {
            FlowMatch arp = type(flow, EtherType.ARP);
            either(found, arp, flow, MatchField.IP_SRC, MatchField.ARP_SPA, MatchField.IP_DST, MatchField.ARP_TPA);
        } else if (flow.isOf(EtherType.IP6)) {
            for (int type : List.of(SOLICITATION, ADVERTISEMENT)) {
                FlowMatch nd = type(flow, EtherType.IP6)
                        .with(MatchField.IP_PROTO, MaskedValue.exact(ICMP6, MatchField.IP_PROTO.bits()))
                        .with(MatchField.ICMP_TYPE, MaskedValue.exact(type, MatchField.ICMP_TYPE.bits()));
                either(
                        found,
                        nd,
                        flow,
                        MatchField.IP6_SRC,
                        MatchField.IP6_SRC,
                        MatchField.IP6_DST,
                        MatchField.ND_TARGET);
            }
        }
        return found;
    }

    private static void either(
            List<FlowMatch> found,
            FlowMatch asked,
            FlowMatch flow,
            MatchField source,
            MatchField asker,
            MatchField destination,
            MatchField askedFor) {
        int before = found.size();
        flow.get(source).ifPresent(value -> found.add(asked.with(asker, value)));
        flow.get(destination).ifPresent(value -> found.add(asked.with(askedFor, value)));
        if (found.size() == before) {
            found.add(asked);
        }
    }

    private static FlowMatch type(FlowMatch flow, EtherType type) {
        FlowMatch match =
                FlowMatch.ANY.with(MatchField.ETH_TYPE, MaskedValue.exact(type.value(), MatchField.ETH_TYPE.bits()));
        return flow.get(MatchField.VLAN_VID)
                .map(vid -> match.with(MatchField.VLAN_VID, vid))
                .orElse(match);
    }
}
