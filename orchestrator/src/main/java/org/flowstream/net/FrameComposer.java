package org.flowstream.net;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.flowstream.problem.BadValueException;

/** One frame of a flow: what the match leaves open gets a sensible value, and is told. */
public final class FrameComposer {
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMP6 = 58;
    private static final int ND_SOLICIT = 135;
    private static final int ND_ADVERTISE = 136;
    /** A second fragment of a full first one on Ethernet: 1,480 bytes are before it. */
    private static final String LATER = "185";

    private final FlowMatch match;
    private final List<String> taken = new ArrayList<>();
    private final Map<String, String> ether = new HashMap<>();

    private FrameComposer(FlowMatch match) {
        this.match = match;
    }

    /**
     * A frame, and how it came about.
     *
     * @param text the frame as packet text
     * @param taken what the match left open and was chosen: {@code tp_src=40000}
     */
    public record Composed(String text, List<String> taken) {
        public Composed {
            taken = List.copyOf(taken);
        }

        public byte[] frame() {
            return PacketText.parse(text);
        }
    }

    /**
     * Composes one.
     *
     * @throws BadValueException for a flow whose headers packet text has no layer for
     */
    public static Composed compose(FlowMatch match) {
        FrameComposer composer = new FrameComposer(match);
        String text = composer.frame();
        return new Composed(text, composer.taken);
    }

    private String frame() {
        ether.put("src", address(MatchField.ETH_SRC, "02:00:00:00:00:01"));
        int type = number(MatchField.ETH_TYPE, EtherType.IP.value()).intValue();
        boolean broadcast =
                type == EtherType.ARP.value() && match.get(MatchField.ETH_DST).isEmpty();
        ether.put("dst", broadcast ? "ff:ff:ff:ff:ff:ff" : address(MatchField.ETH_DST, "02:00:00:00:00:02"));
        String inside;
        if (type == EtherType.IP.value()) {
            inside = ip4();
        } else if (type == EtherType.IP6.value()) {
            inside = ip6();
        } else if (type == EtherType.ARP.value()) {
            inside = arp();
        } else {
            ether.put("type", Integer.toString(type));
            inside = " / bytes(46)";
        }
        return layer("ether", ether) + tag() + inside;
    }

    /** The tag of an 802.1Q frame, if the match asks for one. */
    private String tag() {
        Optional<MaskedValue> vlan = match.get(MatchField.VLAN_VID);
        Optional<MaskedValue> priority = match.get(MatchField.VLAN_PCP);
        boolean tagged = vlan.map(value -> (value.low() & 0x1000) != 0).orElse(priority.isPresent());
        if (!tagged) {
            return "";
        }
        Map<String, String> fields = new HashMap<>();
        fields.put("id", Long.toString(vlan.map(value -> value.low() & 0xfff).orElse(0L)));
        priority.ifPresent(value -> fields.put("pcp", Long.toString(value.low())));
        return " / " + layer("vlan", fields);
    }

    private String arp() {
        Map<String, String> fields = new HashMap<>();
        fields.put("op", number(MatchField.ARP_OP, 1).toString());
        fields.put("sha", address(MatchField.ARP_SHA, ether.getOrDefault("src", "")));
        fields.put("spa", address(MatchField.ARP_SPA, "192.0.2.1"));
        fields.put("tha", address(MatchField.ARP_THA, "00:00:00:00:00:00"));
        fields.put("tpa", address(MatchField.ARP_TPA, "192.0.2.2"));
        return " / " + layer("arp", fields);
    }

    private String ip4() {
        Map<String, String> fields = new HashMap<>();
        fields.put("src", address(MatchField.IP_SRC, "192.0.2.1"));
        fields.put("dst", address(MatchField.IP_DST, "192.0.2.2"));
        fields.put("ttl", number(MatchField.IP_TTL, 64).toString());
        trafficClass().ifPresent(value -> fields.put("tos", value));
        int protocol = number(MatchField.IP_PROTO, ICMP).intValue();
        long fragment = fragment();
        if (fragment != 0) {
            fields.put((fragment & 2) != 0 ? "frag" : "mf", (fragment & 2) != 0 ? LATER : "1");
        }
        if ((fragment & 2) != 0) {
            fields.put("proto", Integer.toString(protocol));
            return " / " + layer("ip", fields) + " / bytes(20)";
        }
        String transport = transport(protocol);
        if (transport.isEmpty()) {
            fields.put("proto", Integer.toString(protocol));
            transport = " / bytes(20)";
        }
        return " / " + layer("ip", fields) + transport;
    }

    private String ip6() {
        Map<String, String> fields = new HashMap<>();
        fields.put("src", address(MatchField.IP6_SRC, "2001:db8::1"));
        fields.put("dst", address(MatchField.IP6_DST, "2001:db8::2"));
        boolean neighbours = match.get(MatchField.ND_TARGET).isPresent()
                || match.get(MatchField.ICMP_TYPE)
                        .filter(type -> type.low() >= 133 && type.low() <= 137)
                        .isPresent();
        fields.put("hlim", number(MatchField.IP_TTL, neighbours ? 255 : 64).toString());
        trafficClass().ifPresent(value -> fields.put("tc", value));
        match.get(MatchField.IP6_LABEL).ifPresent(value -> fields.put("flow", Long.toString(value.low())));
        int protocol = number(MatchField.IP_PROTO, ICMP6).intValue();
        long fragment = fragment();
        String between = "";
        if (fragment != 0) {
            boolean later = (fragment & 2) != 0;
            String next = later ? ", next=" + protocol : "";
            between = " / frag6(frag=" + (later ? LATER : "0") + ", mf=" + (later ? "0" : "1") + next + ")";
            if (later) {
                return " / " + layer("ip6", fields) + between + " / bytes(20)";
            }
        }
        String transport = transport(protocol);
        if (transport.isEmpty()) {
            fields.put("next", Integer.toString(protocol));
            transport = " / bytes(20)";
        }
        return " / " + layer("ip6", fields) + between + transport;
    }

    /** The transport's layers; empty for a protocol that packet text does not know. */
    private String transport(int protocol) {
        Map<String, String> fields = new HashMap<>();
        switch (protocol) {
            case TCP -> {
                ports(fields, 80);
                fields.put("flags", flags());
                return " / " + layer("tcp", fields);
            }
            case UDP -> {
                ports(fields, 53);
                return " / " + layer("udp", fields);
            }
            case ICMP -> {
                fields.put("type", number(MatchField.ICMP_TYPE, 8).toString());
                fields.put("code", Long.toString(value(MatchField.ICMP_CODE).orElse(0L)));
                return " / " + layer("icmp", fields);
            }
            case ICMP6 -> {
                return icmp6(fields);
            }
            default -> {
                return "";
            }
        }
    }

    private String icmp6(Map<String, String> fields) {
        Optional<MaskedValue> target = match.get(MatchField.ND_TARGET);
        int type = number(MatchField.ICMP_TYPE, target.isPresent() ? ND_SOLICIT : 128)
                .intValue();
        fields.put("type", Integer.toString(type));
        fields.put("code", Long.toString(value(MatchField.ICMP_CODE).orElse(0L)));
        String text = " / " + layer("icmp6", fields);
        if (type != ND_SOLICIT && type != ND_ADVERTISE) {
            return text;
        }
        // The four bytes of id and seq are the message's flags; then target, and the option with the address.
        MaskedValue address = target.orElse(new MaskedValue(0x2001_0db8_0000_0000L, 2, -1, -1));
        MatchField option = type == ND_SOLICIT ? MatchField.ND_SLL : MatchField.ND_TLL;
        String mac = address(option, ether.getOrDefault("src", "")).replace(":", "");
        return text + String.format(" / hex(\"%016x%016x0%d01%s\")", address.high(), address.low(), type - 134, mac);
    }

    private void ports(Map<String, String> fields, int destination) {
        fields.put("sport", number(MatchField.TP_SRC, 40_000).toString());
        fields.put("dport", number(MatchField.TP_DST, destination).toString());
    }

    private String flags() {
        return match.get(MatchField.TCP_FLAGS)
                .map(value -> "0x" + Long.toHexString(value.low()))
                .orElse("S");
    }

    private long fragment() {
        return value(MatchField.IP_FRAG).orElse(0L);
    }

    private Optional<String> trafficClass() {
        long bits = value(MatchField.IP_DSCP).orElse(0L) << 2
                | value(MatchField.IP_ECN).orElse(0L);
        return bits == 0 ? Optional.empty() : Optional.of("0x" + Long.toHexString(bits));
    }

    private Optional<Long> value(MatchField field) {
        return match.get(field).map(MaskedValue::low);
    }

    private Long number(MatchField field, long fallback) {
        Optional<MaskedValue> value = match.get(field);
        if (value.isEmpty()) {
            String shown = field == MatchField.ETH_TYPE ? "0x" + Long.toHexString(fallback) : Long.toString(fallback);
            taken.add(field.text() + "=" + shown);
        } else if (!value.get().isExact(field.bits())) {
            taken.add(field.text() + "=" + value.get().low());
        }
        return value.map(MaskedValue::low).orElse(fallback);
    }

    /** An address: the fallback where nothing is said, the first host of a prefix. */
    private String address(MatchField field, String fallback) {
        Optional<MaskedValue> given = match.get(field);
        if (given.isEmpty()) {
            taken.add(field.text() + "=" + fallback);
            return fallback;
        }
        MaskedValue value = given.get();
        long low = (value.maskLow() & 1) == 0 && field.form() != MatchField.Form.MAC ? value.low() | 1 : value.low();
        String text = switch (field.form()) {
            case MAC -> new MacAddress(low).toString();
            case IP4 -> new Ip4Address((int) low).toString();
            case IP6 -> Ip6Address.of(bytes(value.high(), low), 0).toString();
            default -> throw BadValueException.of(field.text() + " is not an address");
        };
        if (!value.isExact(field.bits())) {
            taken.add(field.text() + "=" + text);
        }
        return text;
    }

    private static byte[] bytes(long high, long low) {
        return java.nio.ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    }

    /** The layer with its fields in the order of their names. */
    private static String layer(String name, Map<String, String> fields) {
        return name
                + new TreeMap<>(fields)
                        .entrySet().stream()
                                .map(field -> field.getKey() + "=" + field.getValue())
                                .collect(Collectors.joining(", ", "(", ")"));
    }
}
