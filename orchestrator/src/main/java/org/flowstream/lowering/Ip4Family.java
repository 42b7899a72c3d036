package org.flowstream.lowering;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.flowstream.net.Ip4Address;
import org.flowstream.net.Ip4Prefix;
import org.flowstream.problem.BadValueException;

/** Patterns over IPv4 (RFC 791). */
record Ip4Family() implements AddressFamily {
    private static final PacketField ICMP_TYPE = PacketField.transport("icmp type", 0, 24, 8, PatternNames.ICMP);

    private static final Map<String, PacketField> FIELDS = Map.of(
            "vers", PacketField.network("ip vers", 0, 28, 4),
            "hl", PacketField.network("ip hl", 0, 24, 4),
            "tos", PacketField.network("ip tos", 0, 16, 8),
            "dscp", PacketField.network("ip dscp", 0, 18, 6),
            "len", PacketField.network("ip len", 0, 0, 16),
            "id", PacketField.network("ip id", 4, 16, 16),
            "ttl", PacketField.network("ip ttl", 8, 24, 8),
            "win", PacketField.transport("tcp win", 12, 0, 16, PatternNames.TCP),
            "type", ICMP_TYPE);

    private static final PacketField CONGESTION = PacketField.network("ip ect", 0, 16, 2);
    private static final PacketField PROTOCOL = PacketField.network("ip proto", 8, 16, 8);
    private static final PacketField FRAGMENTATION = PacketField.network("ip frag", 4, 0, 14);
    private static final int FRAGMENT_OFFSET = 0x1fff;

    @Override
    public Set<String> headerWords() {
        return Set.of("ip");
    }

    @Override
    public Map<String, PacketField> fields() {
        return FIELDS;
    }

    @Override
    public PacketField icmpType() {
        return ICMP_TYPE;
    }

    @Override
    public PacketField congestion() {
        return CONGESTION;
    }

    @Override
    public PacketField protocol() {
        return PROTOCOL;
    }

    @Override
    public Map<String, Integer> protocols() {
        Map<String, Integer> names = new HashMap<>(PatternNames.PROTOCOLS);
        names.put("icmp", PatternNames.ICMP);
        return names;
    }

    @Override
    public Map<String, Integer> icmpTypes() {
        return PatternNames.ICMP_TYPES;
    }

    @Override
    public int sourceOffset() {
        return 12;
    }

    @Override
    public int destinationOffset() {
        return 16;
    }

    @Override
    public Optional<AddressPattern> address(String text) {
        try {
            return Optional.of(AddressPattern.of(Ip4Address.parse(text), new Ip4Address(-1)));
        } catch (BadValueException e) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<AddressPattern> prefix(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return Optional.empty();
        }
        try {
            Ip4Address mask = text.indexOf('.', slash) < 0
                    ? Ip4Prefix.parse(whole(text.substring(0, slash)) + text.substring(slash))
                            .mask()
                    : Ip4Address.parse(text.substring(slash + 1));
            return Optional.of(AddressPattern.of(Ip4Address.parse(whole(text.substring(0, slash))), mask));
        } catch (BadValueException e) {
            return Optional.empty();
        }
    }

    /** Click lets a prefix end early: 10/8. */
    private static String whole(String address) {
        long dots = address.chars().filter(it -> it == '.').count();
        return address + ".0".repeat((int) Math.max(0, 3 - dots));
    }

    @Override
    public Condition firstFragment() {
        return Condition.equal(Word.network(4, FRAGMENT_OFFSET), 0);
    }

    @Override
    public PacketField fragmentation() {
        return FRAGMENTATION;
    }

    @Override
    public String addressExample() {
        return "192.0.2.1 or 192.0.2.0/24";
    }
}
