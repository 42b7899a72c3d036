package org.flowstream.net;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;

/** Writes a match as {@code ovs-ofctl dump-flows} does: the protocol's word first, then the fields. */
final class FlowMatchText {
    static final List<String> FLAGS =
            List.of("fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns", "[800]", "[400]", "[200]");

    /** Protocol words: what each says of the type and of the protocol (-1: nothing). */
    static final Map<String, long[]> WORDS = Map.ofEntries(
            Map.entry("ip", new long[] {0x0800, -1}),
            Map.entry("ipv6", new long[] {0x86dd, -1}),
            Map.entry("arp", new long[] {0x0806, -1}),
            Map.entry("rarp", new long[] {FlowMatchRules.RARP, -1}),
            Map.entry("icmp", new long[] {0x0800, FlowMatchRules.ICMP}),
            Map.entry("icmp6", new long[] {0x86dd, FlowMatchRules.ICMP6}),
            Map.entry("tcp", new long[] {0x0800, FlowMatchRules.TCP}),
            Map.entry("tcp6", new long[] {0x86dd, FlowMatchRules.TCP}),
            Map.entry("udp", new long[] {0x0800, FlowMatchRules.UDP}),
            Map.entry("udp6", new long[] {0x86dd, FlowMatchRules.UDP}),
            Map.entry("sctp", new long[] {0x0800, FlowMatchRules.SCTP}),
            Map.entry("sctp6", new long[] {0x86dd, FlowMatchRules.SCTP}));

    private FlowMatchText() {}

    static String of(SortedMap<MatchField, MaskedValue> fields) {
        SortedMap<MatchField, MaskedValue> rest = new TreeMap<>(fields);
        StringJoiner out = new StringJoiner(",");
        String word = word(fields);
        if (!word.isEmpty()) {
            out.add(word);
            rest.remove(MatchField.ETH_TYPE);
            if (saysProtocol(word)) {
                rest.remove(MatchField.IP_PROTO);
            }
        }
        MaskedValue vid = rest.get(MatchField.VLAN_VID);
        boolean tagOnly =
                vid != null && vid.equals(MaskedValue.of(FlowMatchRules.VLAN_PRESENT, FlowMatchRules.VLAN_PRESENT));
        if (tagOnly && rest.containsKey(MatchField.VLAN_PCP)) {
            rest.remove(MatchField.VLAN_VID);
        }
        rest.forEach((field, value) -> out.add(field(field, value)));
        return out.toString();
    }

    private static boolean saysProtocol(String word) {
        long[] says = WORDS.get(word);
        return says != null && says[1] >= 0;
    }

    private static String word(SortedMap<MatchField, MaskedValue> fields) {
        MaskedValue type = fields.get(MatchField.ETH_TYPE);
        if (type == null || !type.isExact(MatchField.ETH_TYPE.bits())) {
            return "";
        }
        MaskedValue protocol = fields.get(MatchField.IP_PROTO);
        long wanted = protocol != null && protocol.isExact(MatchField.IP_PROTO.bits()) ? protocol.low() : -1;
        String general = "";
        for (Map.Entry<String, long[]> each : WORDS.entrySet()) {
            if (each.getValue()[0] == type.low()) {
                if (each.getValue()[1] == wanted) {
                    return each.getKey();
                }
                general = each.getValue()[1] < 0 ? each.getKey() : general;
            }
        }
        return general;
    }

    private static String field(MatchField field, MaskedValue value) {
        if (field == MatchField.IP_DSCP && value.isExact(field.bits())) {
            return "nw_tos=" + (value.low() << 2);
        }
        return switch (field.form()) {
            case DECIMAL -> masked(field, value, Long.toString(value.low()), hex(value.maskLow()));
            case HEX -> masked(field, value, hex4(value.low()), hex4(value.maskLow()));
            case PORT ->
                value.isExact(field.bits())
                        ? field.text() + "=" + value.low()
                        : field.text() + "=" + hex(value.low()) + "/" + hex(value.maskLow());
            case MAC ->
                masked(
                        field,
                        value,
                        new MacAddress(value.low()).toString(),
                        new MacAddress(value.maskLow()).toString());
            case IP4 ->
                prefixed(
                        field,
                        value,
                        new Ip4Address((int) value.low()).toString(),
                        new Ip4Address((int) value.maskLow()).toString());
            case IP6 ->
                prefixed(
                        field,
                        value,
                        new Ip6Address(value.high(), value.low()).toString(),
                        new Ip6Address(value.maskHigh(), value.maskLow()).toString());
            case VLAN -> vlan(value);
            case FRAGMENT -> field.text() + "=" + fragment(value);
            case FLAGS -> field.text() + "=" + flags(value);
        };
    }

    private static String masked(MatchField field, MaskedValue value, String text, String mask) {
        return field.text() + "=" + text + (value.isExact(field.bits()) ? "" : "/" + mask);
    }

    private static String prefixed(MatchField field, MaskedValue value, String text, String mask) {
        int length = value.prefixLength(field.bits());
        return masked(field, value, text, length < 0 ? mask : Integer.toString(length));
    }

    private static String vlan(MaskedValue value) {
        if (value.isExact(MatchField.VLAN_VID.bits())) {
            long id = value.low();
            return id == 0
                    ? "vlan_tci=0x0000"
                    : (id & FlowMatchRules.VLAN_PRESENT) != 0
                            ? "dl_vlan=" + (id & ~(long) FlowMatchRules.VLAN_PRESENT)
                            : "vlan_tci=" + hex4(id) + "/0x1fff";
        }
        return "vlan_tci=" + hex4(value.low()) + "/" + hex4(value.maskLow());
    }

    private static String fragment(MaskedValue value) {
        for (Map.Entry<String, MaskedValue> each : FlowMatchParser.FRAGMENTS.entrySet()) {
            if (each.getValue().equals(value)) {
                return each.getKey();
            }
        }
        return hex(value.low()) + "/" + hex(value.maskLow());
    }

    private static String flags(MaskedValue value) {
        StringBuilder out = new StringBuilder();
        boolean exact = value.isExact(MatchField.TCP_FLAGS.bits());
        for (int i = 0; i < FLAGS.size(); i++) {
            long bit = 1L << i;
            if ((value.maskLow() & bit) != 0 && (!exact || (value.low() & bit) != 0)) {
                String sign = exact ? (out.isEmpty() ? "" : "|") : (value.low() & bit) != 0 ? "+" : "-";
                out.append(sign).append(FLAGS.get(i));
            }
        }
        return out.isEmpty() ? "0" : out.toString();
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    private static String hex4(long value) {
        return String.format(Locale.ROOT, "0x%04x", value);
    }
}
