package org.flowstream.net;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.problem.BadValueException;
import org.flowstream.problem.Suggestion;

/** Reads one match in ovs-ofctl's syntax and gathers all that is wrong with it. */
final class FlowMatchParser {
    static final Map<String, MaskedValue> FRAGMENTS = Map.of(
            "no", MaskedValue.of(0, 3),
            "yes", MaskedValue.of(1, 1),
            "first", MaskedValue.of(1, 3),
            "later", MaskedValue.of(3, 3),
            "not_later", MaskedValue.of(0, 2));

    private static final Pattern NUMBER = Pattern.compile("0[xX]\\p{XDigit}{1,16}|[0-9]{1,18}");
    private static final Pattern FLAG = Pattern.compile("([+-])([a-z0-9\\[\\]]+)");
    private static final String IN_PORT = "in_port";

    private final String text;
    private final boolean portAllowed;
    private final Set<String> faults = new LinkedHashSet<>();
    private final TreeMap<MatchField, MaskedValue> fields = new TreeMap<>();
    private final Map<MatchField, String> givenAs = new TreeMap<>();
    private Optional<String> port = Optional.empty();

    FlowMatchParser(String text, boolean portAllowed) {
        this.text = text;
        this.portAllowed = portAllowed;
    }

    PortMatch parse() {
        List<String> words = new ArrayList<>();
        for (String word : text.split("[,\\s]+", -1)) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        if (!words.equals(List.of("any")) && !words.equals(List.of("all"))) {
            words.forEach(this::read);
        }
        useArpFields();
        if (faults.isEmpty()) {
            String fault = FlowMatchRules.fault(fields);
            if (fault.isEmpty()) {
                return new PortMatch(port, new FlowMatch(fields));
            }
            faults.add(fault);
        }
        throw BadValueException.of("'" + text + "': " + String.join("; ", faults));
    }

    private void read(String word) {
        int equals = word.indexOf('=');
        String name = (equals < 0 ? word : word.substring(0, equals)).toLowerCase(Locale.ROOT);
        long[] says = FlowMatchText.WORDS.get(name);
        if (equals < 0 && says != null) {
            put(MatchField.ETH_TYPE, name, MaskedValue.exact(says[0], 16));
            if (says[1] >= 0) {
                put(MatchField.IP_PROTO, name, MaskedValue.exact(says[1], 8));
            }
        } else if (name.equals(IN_PORT)) {
            readPort(equals < 0 ? "" : word.substring(equals + 1));
        } else if (equals < 0) {
            Set<String> known = new TreeSet<>(FlowMatchText.WORDS.keySet());
            known.addAll(MatchField.allNames());
            faults.add(
                    MatchField.byName(name).isPresent()
                            ? name + ": expected " + name + "=VALUE"
                            : unknown(name, known));
        } else {
            readField(name, word.substring(equals + 1));
        }
    }

    private void readPort(String value) {
        if (!portAllowed) {
            faults.add("in_port: the port is no part of a flow, it follows from the chain's ends");
        } else if (value.isEmpty()) {
            faults.add("in_port: expected in_port=PORT");
        } else {
            port = Optional.of(value);
        }
    }

    private static String unknown(String name, Set<String> known) {
        return "unknown field '" + name + "'"
                + Suggestion.nearest(name, known)
                        .map(it -> " (did you mean '" + it + "'?)")
                        .orElse("");
    }

    private void readField(String name, String value) {
        try {
            switch (name) {
                case "vlan_tci" -> tci(name, value);
                case "vlan_vid" -> put(MatchField.VLAN_VID, name, number(value, 13));
                case "dl_vlan" -> put(MatchField.VLAN_VID, name, vlan(value));
                case "nw_tos" -> put(MatchField.IP_DSCP, name, tos(value));
                default -> {
                    Optional<MatchField> field = MatchField.byName(name);
                    if (field.isEmpty()) {
                        faults.add(unknown(name, new TreeSet<>(MatchField.allNames())));
                    } else {
                        put(field.get(), name, value(field.get(), value));
                        impliedTag(field.get());
                    }
                }
            }
        } catch (BadValueException e) {
            faults.add(name + ": " + e.getMessage());
        }
    }

    /** A priority is one of a tag, so there is a tag. */
    private void impliedTag(MatchField field) {
        if (field == MatchField.VLAN_PCP) {
            fields.putIfAbsent(
                    MatchField.VLAN_VID, MaskedValue.of(FlowMatchRules.VLAN_PRESENT, FlowMatchRules.VLAN_PRESENT));
        }
    }

    private void put(MatchField field, String name, MaskedValue value) {
        String before = givenAs.put(field, name);
        MaskedValue known = fields.put(field, value);
        if (before != null && known != null && !known.equals(value)) {
            faults.add(name + ": contradicts " + before);
        }
    }

    /** Open vSwitch's older names serve ARP too: nw_src is its sender, nw_dst its target, nw_proto its operation. */
    private void useArpFields() {
        MaskedValue type = fields.get(MatchField.ETH_TYPE);
        if (type != null && (type.low() == EtherType.ARP.value() || type.low() == FlowMatchRules.RARP)) {
            move(MatchField.IP_SRC, MatchField.ARP_SPA);
            move(MatchField.IP_DST, MatchField.ARP_TPA);
            MaskedValue operation = fields.remove(MatchField.IP_PROTO);
            if (operation != null) {
                fields.put(MatchField.ARP_OP, MaskedValue.exact(operation.low(), 16));
            }
        }
    }

    private void move(MatchField from, MatchField to) {
        MaskedValue value = fields.remove(from);
        if (value != null) {
            fields.put(to, value);
        }
    }

    private static MaskedValue value(MatchField field, String value) {
        return switch (field.form()) {
            case DECIMAL, HEX, PORT, VLAN -> number(value, field.bits());
            case MAC -> mac(value);
            case IP4 -> ip4(value);
            case IP6 -> ip6(value);
            case FRAGMENT -> fragment(value);
            case FLAGS -> flags(value);
        };
    }

    private static MaskedValue number(String text, int bits) {
        int slash = text.indexOf('/');
        long value = oneNumber(slash < 0 ? text : text.substring(0, slash), text, bits);
        return slash < 0
                ? MaskedValue.exact(value, bits)
                : MaskedValue.of(value, oneNumber(text.substring(slash + 1), text, bits));
    }

    private static long oneNumber(String part, String whole, int bits) {
        long limit = (1L << bits) - 1;
        if (NUMBER.matcher(part).matches()) {
            boolean hex = part.length() > 1 && (part.charAt(1) == 'x' || part.charAt(1) == 'X');
            long value = hex ? Long.parseUnsignedLong(part.substring(2), 16) : Long.parseLong(part);
            if (value >= 0 && value <= limit) {
                return value;
            }
        }
        throw BadValueException.expected(whole, "a number from 0 to " + limit + ", or such a NUMBER/MASK");
    }

    private static MaskedValue vlan(String text) {
        if (text.equalsIgnoreCase("0xffff") || text.equals("65535")) {
            return MaskedValue.exact(0, MatchField.VLAN_VID.bits());
        }
        MaskedValue id = number(text, 12);
        return MaskedValue.of(id.low() | FlowMatchRules.VLAN_PRESENT, id.maskLow() | FlowMatchRules.VLAN_PRESENT);
    }

    private void tci(String name, String text) {
        MaskedValue all = number(text, 16);
        put(MatchField.VLAN_VID, name, MaskedValue.of(all.low() & 0x1fff, all.maskLow() & 0x1fff));
        if ((all.low() & FlowMatchRules.VLAN_PRESENT) != 0 && (all.maskLow() & 0xe000) != 0) {
            put(MatchField.VLAN_PCP, name, MaskedValue.of(all.low() >>> 13, all.maskLow() >>> 13));
        } else if ((all.low() & 0xe000) != 0) {
            throw BadValueException.expected(text, "bit 0x1000 set (there is a tag) where a priority is given");
        }
    }

    private static MaskedValue tos(String text) {
        long value = oneNumber(text, text, 8);
        if ((value & 3) != 0) {
            throw BadValueException.expected(text, "a multiple of 4 (the two low bits are nw_ecn)");
        }
        return MaskedValue.exact(value >>> 2, MatchField.IP_DSCP.bits());
    }

    private static MaskedValue mac(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? MaskedValue.exact(MacAddress.parse(text).bits(), 48)
                : MaskedValue.of(
                        MacAddress.parse(text.substring(0, slash)).bits(),
                        MacAddress.parse(text.substring(slash + 1)).bits());
    }

    private static MaskedValue ip4(String text) {
        int slash = text.indexOf('/');
        if (slash >= 0 && text.indexOf('.', slash) >= 0) {
            return MaskedValue.of(
                    Ip4Address.parse(text.substring(0, slash)).bits() & 0xffffffffL,
                    Ip4Address.parse(text.substring(slash + 1)).bits() & 0xffffffffL);
        }
        Ip4Prefix prefix = Ip4Prefix.parse(text);
        return MaskedValue.of(
                prefix.address().bits() & 0xffffffffL, prefix.mask().bits() & 0xffffffffL);
    }

    private static MaskedValue ip6(String text) {
        int slash = text.indexOf('/');
        if (slash >= 0 && text.indexOf(':', slash) >= 0) {
            return masked(Ip6Address.parse(text.substring(0, slash)), Ip6Address.parse(text.substring(slash + 1)));
        }
        Ip6Prefix prefix = Ip6Prefix.parse(text);
        return masked(prefix.address(), prefix.mask());
    }

    private static MaskedValue masked(Ip6Address value, Ip6Address mask) {
        return new MaskedValue(value.high(), value.low(), mask.high(), mask.low());
    }

    private static MaskedValue fragment(String text) {
        MaskedValue value = FRAGMENTS.get(text.toLowerCase(Locale.ROOT));
        if (value == null && !text.isEmpty() && Character.isDigit(text.charAt(0))) {
            return number(text, MatchField.IP_FRAG.bits());
        }
        if (value == null) {
            throw BadValueException.expected(text, "no, yes, first, later or not_later");
        }
        return value;
    }

    private static MaskedValue flags(String text) {
        if (!text.isEmpty() && Character.isDigit(text.charAt(0))) {
            return number(text, MatchField.TCP_FLAGS.bits());
        }
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.matches("[a-z0-9\\[\\]|]+")) {
            long value = 0;
            for (String flag : lower.split("\\|", -1)) {
                value |= bit(flag, text);
            }
            return MaskedValue.exact(value, MatchField.TCP_FLAGS.bits());
        }
        long value = 0;
        long mask = 0;
        Matcher matcher = FLAG.matcher(lower);
        int end = 0;
        while (matcher.find() && matcher.start() == end) {
            long bit = bit(matcher.group(2), text);
            mask |= bit;
            value |= matcher.group(1).equals("+") ? bit : 0;
            end = matcher.end();
        }
        if (end != text.length() || mask == 0) {
            throw badFlags(text);
        }
        return MaskedValue.of(value, mask);
    }

    private static long bit(String flag, String text) {
        int index = FlowMatchText.FLAGS.indexOf(flag);
        if (index < 0) {
            throw badFlags(text);
        }
        return 1L << index;
    }

    private static BadValueException badFlags(String text) {
        return BadValueException.expected(text, "TCP flags such as +syn-ack (fin syn rst psh ack urg ece cwr ns)");
    }
}
