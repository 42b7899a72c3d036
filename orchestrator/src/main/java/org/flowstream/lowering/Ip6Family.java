package org.flowstream.lowering;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.flowstream.net.Ip6Address;
import org.flowstream.net.Ip6Prefix;
import org.flowstream.problem.BadValueException;

/** Patterns over IPv6 (RFC 8200). The protocol and fragments are fields that the runtime computes. */
record Ip6Family() implements AddressFamily {
    private static final PacketField ICMP_TYPE = PacketField.transport("icmp6 type", 0, 24, 8, PatternNames.ICMP6);

    private static final Map<String, PacketField> FIELDS = Map.of(
            "vers", PacketField.network("ip6 vers", 0, 28, 4),
            "tos", PacketField.network("ip6 tos", 0, 20, 8),
            "dscp", PacketField.network("ip6 dscp", 0, 22, 6),
            "flow", PacketField.network("ip6 flow", 0, 0, 20),
            "len", PacketField.network("ip6 len", 4, 16, 16),
            "ttl", PacketField.network("ip6 ttl", 4, 0, 8),
            "hlim", PacketField.network("ip6 hlim", 4, 0, 8),
            "win", PacketField.transport("tcp win", 12, 0, 16, PatternNames.TCP),
            "type", ICMP_TYPE);

    private static final PacketField CONGESTION = PacketField.network("ip6 ect", 0, 20, 2);

    /** Eight bits of a word whose other bits say that there is no protocol, so that they count too. */
    private static final PacketField PROTOCOL =
            new PacketField("ip6 proto", Word.Source.COMPUTED, Word.IP6_PROTOCOL, 0, 32, OptionalInt.empty());

    private static final PacketField FRAGMENTATION =
            new PacketField("ip6 frag", Word.Source.COMPUTED, Word.IP6_FRAGMENT, 0, 32, OptionalInt.empty());

    @Override
    public Set<String> headerWords() {
        return Set.of("ip6", "ip");
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
        names.put("icmp6", PatternNames.ICMP6);
        return names;
    }

    @Override
    public Map<String, Integer> icmpTypes() {
        return PatternNames.ICMP6_TYPES;
    }

    @Override
    public int sourceOffset() {
        return 8;
    }

    @Override
    public int destinationOffset() {
        return 24;
    }

    @Override
    public Optional<AddressPattern> address(String text) {
        try {
            return Optional.of(AddressPattern.of(Ip6Address.parse(text), new Ip6Address(-1, -1)));
        } catch (BadValueException e) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<AddressPattern> prefix(String text) {
        if (text.indexOf('/') < 0) {
            return Optional.empty();
        }
        try {
            Ip6Prefix prefix = Ip6Prefix.parse(text);
            return Optional.of(AddressPattern.of(prefix.address(), prefix.mask()));
        } catch (BadValueException e) {
            return Optional.empty();
        }
    }

    @Override
    public Condition firstFragment() {
        return Condition.equal(Word.computed(Word.IP6_LATER_FRAGMENT), 0);
    }

    @Override
    public PacketField fragmentation() {
        return FRAGMENTATION;
    }

    @Override
    public String addressExample() {
        return "2001:db8::1 or 2001:db8::/32";
    }
}
