package org.flowstream.template;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.MaskedValue;
import org.flowstream.net.MatchField;

/**
 * From what a flow looks like before a translation to what it looks like behind it.
 *
 * <p>A match can only say what all frames have in common, so the result may be wider than the flow, never narrower: what
 * a middlebox is asked about beyond its flow it handles as its template says, and what it is not asked about would walk
 * around it.
 *
 * @param before what is translated
 * @param after what becomes of it
 */
record FlowTranslator(FlowMatch before, FlowMatch after) {
    /** What a frame of any IP version has in common with its translation into the other. */
    private static final Set<MatchField> COMMON =
            Set.of(MatchField.VLAN_VID, MatchField.VLAN_PCP, MatchField.IP_PROTO, MatchField.TP_SRC, MatchField.TP_DST);

    /** Ports of TCP, UDP and SCTP mean the same in both; other protocols have other numbers. */
    private static final Set<Long> SAME_PROTOCOLS = Set.of(6L, 17L, 132L);

    FlowMatch behind(FlowMatch flow) {
        if (!flow.meets(before)) {
            return flow;
        }
        FlowMatch translated = translated(flow);
        return flow.within(before) ? translated : either(flow, translated);
    }

    private FlowMatch translated(FlowMatch flow) {
        TreeMap<MatchField, MaskedValue> fields = new TreeMap<>(flow.fields());
        before.fields().forEach((field, value) -> fields.merge(field, value, MaskedValue::and));
        boolean otherType = !before.get(MatchField.ETH_TYPE).equals(after.get(MatchField.ETH_TYPE));
        if (otherType) {
            fields.keySet().retainAll(COMMON);
            boolean same = flow.get(MatchField.IP_PROTO)
                    .filter(value -> SAME_PROTOCOLS.contains(value.low()))
                    .isPresent();
            if (!same) {
                fields.keySet().retainAll(Set.of(MatchField.VLAN_VID, MatchField.VLAN_PCP));
            }
        }
        before.fields().forEach((field, value) -> {
            if (!value.equals(after.fields().get(field))) {
                fields.remove(field);
                forgetPort(fields, field);
            }
        });
        after.fields().forEach((field, value) -> {
            if (!value.equals(before.fields().get(field))) {
                forgetPort(fields, field);
                fields.put(field, value);
            } else {
                fields.putIfAbsent(field, value);
            }
        });
        return match(fields);
    }

    /** Whatever changes an address may change the port beside it. */
    private static void forgetPort(Map<MatchField, MaskedValue> fields, MatchField address) {
        switch (address) {
            case IP_SRC, IP6_SRC -> fields.remove(MatchField.TP_SRC);
            case IP_DST, IP6_DST -> fields.remove(MatchField.TP_DST);
            default -> {}
        }
    }

    /** What both have in common. */
    private static FlowMatch either(FlowMatch one, FlowMatch other) {
        TreeMap<MatchField, MaskedValue> fields = new TreeMap<>();
        one.fields()
                .forEach((field, value) -> other.get(field).ifPresent(theirs -> {
                    if (value.within(theirs)) {
                        fields.put(field, theirs);
                    } else if (theirs.within(value)) {
                        fields.put(field, value);
                    }
                }));
        return match(fields);
    }

    /** A match of these fields; of fields whose protocol is not among them it says nothing. */
    private static FlowMatch match(Map<MatchField, MaskedValue> fields) {
        TreeMap<MatchField, MaskedValue> kept = new TreeMap<>(fields);
        if (!kept.containsKey(MatchField.VLAN_VID)) {
            kept.remove(MatchField.VLAN_PCP);
        }
        if (!kept.containsKey(MatchField.IP_PROTO)) {
            kept.keySet()
                    .removeAll(Set.of(
                            MatchField.TP_SRC,
                            MatchField.TP_DST,
                            MatchField.TCP_FLAGS,
                            MatchField.ICMP_TYPE,
                            MatchField.ICMP_CODE,
                            MatchField.ND_TARGET,
                            MatchField.ND_SLL,
                            MatchField.ND_TLL));
        }
        if (!kept.containsKey(MatchField.ETH_TYPE)) {
            kept.keySet()
                    .retainAll(
                            Set.of(MatchField.VLAN_VID, MatchField.VLAN_PCP, MatchField.ETH_SRC, MatchField.ETH_DST));
        }
        return new FlowMatch(kept);
    }
}
