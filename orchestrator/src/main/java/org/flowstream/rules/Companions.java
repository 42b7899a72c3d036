package org.flowstream.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.flowstream.net.EtherType;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.IcmpErrors;
import org.flowstream.net.MaskedValue;
import org.flowstream.net.MatchField;

/**
 * The packets that belong to a flow without matching it: later fragments, which have no ports, and ICMP errors, which
 * carry the flow inside. They take the flow's chain, so that nothing walks around it.
 *
 * <p>An IPv6 fragment that is not the first has protocol 44 in Open vSwitch, so a flow of a protocol needs its fragments
 * told apart there even without ports. An error about the flow's answers comes in by the side where the flow enters, from
 * any router, for the flow's destination.
 */
final class Companions {
    private static final int LATER_BIT = 2;
    /** A fragment, and the first: the lower bit alone. */
    private static final MaskedValue FIRST = MaskedValue.of(1, LATER_BIT | 1);
    /** A fragment, and not the first: both bits. */
    private static final MaskedValue LATER = MaskedValue.of(LATER_BIT | 1, LATER_BIT | 1);

    private static final int ICMP4 = 1;
    private static final int ICMP6 = 58;
    private static final int ROUTER_SOLICITATION = 133;
    private static final int ND_REDIRECT = 137;

    private Companions() {}

    /** All companions of a flow; none for one that speaks of no IP protocol or its headers. */
    static List<FlowMatch> of(FlowMatch flow) {
        if (isNeighbourDiscovery(flow)) {
            return List.of();
        }
        List<FlowMatch> companions = new ArrayList<>();
        laterFragments(flow).ifPresent(companions::add);
        companions.addAll(errors(flow));
        return companions;
    }

    /** The first fragments of a flow; none where the flow says itself which fragments are meant. */
    static Optional<FlowMatch> firstFragments(FlowMatch flow) {
        boolean ip = flow.isOf(EtherType.IP) || flow.isOf(EtherType.IP6);
        return ip && flow.get(MatchField.IP_FRAG).isEmpty()
                ? Optional.of(flow.with(MatchField.IP_FRAG, FIRST))
                : Optional.empty();
    }

    /** It is never fragmented (RFC 6980), and no error is sent about it. */
    private static boolean isNeighbourDiscovery(FlowMatch flow) {
        return flow.isOf(EtherType.IP6)
                && flow.get(MatchField.ICMP_TYPE)
                        .filter(type -> type.isExact(MatchField.ICMP_TYPE.bits()))
                        .filter(type -> type.low() >= ROUTER_SOLICITATION && type.low() <= ND_REDIRECT)
                        .isPresent();
    }

    /** Whether a flow speaks of what later fragments do not have. */
    static boolean needsFirstFragment(FlowMatch flow) {
        return hasUpperHeader(flow)
                || (flow.isOf(EtherType.IP6) && flow.get(MatchField.IP_PROTO).isPresent());
    }

    /** Whether all packets of a match are later fragments. */
    static boolean areLaterFragments(FlowMatch flow) {
        return flow.get(MatchField.IP_FRAG)
                .filter(value -> (value.low() & LATER_BIT) != 0)
                .isPresent();
    }

    private static boolean hasUpperHeader(FlowMatch flow) {
        return flow.fields().keySet().stream().anyMatch(Companions::isUpper);
    }

    private static boolean isUpper(MatchField field) {
        return switch (field) {
            case TP_SRC, TP_DST, TCP_FLAGS, ICMP_TYPE, ICMP_CODE, ND_TARGET, ND_SLL, ND_TLL -> true;
            default -> false;
        };
    }

    private static Optional<FlowMatch> laterFragments(FlowMatch flow) {
        // A flow that says itself which fragments are meant needs no help.
        if (!needsFirstFragment(flow) || flow.get(MatchField.IP_FRAG).isPresent()) {
            return Optional.empty();
        }
        TreeMap<MatchField, MaskedValue> fields = new TreeMap<>(flow.fields());
        fields.keySet().removeIf(Companions::isUpper);
        if (flow.isOf(EtherType.IP6)) {
            fields.remove(MatchField.IP_PROTO);
        }
        fields.put(MatchField.IP_FRAG, LATER);
        return Optional.of(new FlowMatch(fields));
    }

    private static List<FlowMatch> errors(FlowMatch flow) {
        if (flow.get(MatchField.IP_PROTO).isEmpty()) {
            return List.of();
        }
        boolean ip6 = flow.isOf(EtherType.IP6);
        TreeMap<MatchField, MaskedValue> fields = new TreeMap<>(flow.fields());
        fields.keySet()
                .retainAll(List.of(MatchField.VLAN_VID, MatchField.ETH_TYPE, MatchField.IP_DST, MatchField.IP6_DST));
        fields.put(MatchField.IP_PROTO, MaskedValue.exact(ip6 ? ICMP6 : ICMP4, MatchField.IP_PROTO.bits()));
        FlowMatch icmp = new FlowMatch(fields);
        return (ip6 ? IcmpErrors.IP6 : IcmpErrors.IP4)
                .stream()
                        .map(type ->
                                icmp.with(MatchField.ICMP_TYPE, MaskedValue.exact(type, MatchField.ICMP_TYPE.bits())))
                        .toList();
    }
}
