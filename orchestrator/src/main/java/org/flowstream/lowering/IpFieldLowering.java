package org.flowstream.lowering;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowstream.problem.BadValueException;
import org.jspecify.annotations.Nullable;

/**
 * {@code ip-field}: a field of a packet's headers, by name or by place, in bytes or bits, of which a prefix or a mask may
 * take a part.
 */
record IpFieldLowering() implements Lowering {
    private static final int IP = 0;
    /** Not a protocol: what is behind the TCP or UDP header. */
    private static final int PAYLOAD = 258;

    private static final int MOST_BITS = 32;
    private static final String NUMBER = "\\s*(0x\\p{XDigit}{1,8}|[0-9]{1,10})\\s*";
    private static final Pattern FORM = Pattern.compile("(?:ip\\s+proto\\s+([0-9]{1,3})\\b|([a-z][a-z0-9]*))"
            + "(?:\\s*\\b([a-z][a-z0-9]*))?\\s*"
            + "(?:([\\[{])" + NUMBER + "(?:([:,-])" + NUMBER + ")?([]}])\\s*)?"
            + "(?:/" + NUMBER + ")?(?:&" + NUMBER + ")?");

    private static final Map<String, Integer> HEADERS = Map.ofEntries(
            Map.entry("ip", IP),
            Map.entry("icmp", PatternNames.ICMP),
            Map.entry("transport", PatternNames.ANY_TRANSPORT),
            Map.entry("data", PAYLOAD),
            Map.entry("payload", PAYLOAD));

    /** By header and name. */
    private static final Map<String, Field> FIELDS = Map.ofEntries(
            named("ip vers", IP, 0, 4),
            named("ip hl", IP, 4, 4),
            named("ip tos", IP, 8, 8),
            named("ip dscp", IP, 8, 6),
            named("ip ecn", IP, 14, 2),
            named("ip len", IP, 16, 16),
            named("ip id", IP, 32, 16),
            named("ip off", IP, 48, 16),
            named("ip rf", IP, 48, 1),
            named("ip df", IP, 49, 1),
            named("ip mf", IP, 50, 1),
            named("ip fragoff", IP, 51, 13),
            named("ip ttl", IP, 64, 8),
            named("ip proto", IP, 72, 8),
            named("ip sum", IP, 80, 16),
            named("ip src", IP, 96, 32),
            named("ip dst", IP, 128, 32),
            named("ip sport", PatternNames.TCP_OR_UDP, 0, 16),
            named("ip dport", PatternNames.TCP_OR_UDP, 16, 16),
            named("tcpudp sport", PatternNames.TCP_OR_UDP, 0, 16),
            named("tcpudp dport", PatternNames.TCP_OR_UDP, 16, 16),
            named("udp sport", PatternNames.UDP, 0, 16),
            named("udp dport", PatternNames.UDP, 16, 16),
            named("udp len", PatternNames.UDP, 32, 16),
            named("udp sum", PatternNames.UDP, 48, 16),
            named("tcp sport", PatternNames.TCP, 0, 16),
            named("tcp dport", PatternNames.TCP, 16, 16),
            named("tcp seq", PatternNames.TCP, 32, 32),
            named("tcp seqno", PatternNames.TCP, 32, 32),
            named("tcp ackno", PatternNames.TCP, 64, 32),
            named("tcp hl", PatternNames.TCP, 96, 4),
            named("tcp flags", PatternNames.TCP, 104, 8),
            named("tcp urg", PatternNames.TCP, 106, 1),
            named("tcp ack", PatternNames.TCP, 107, 1),
            named("tcp ackf", PatternNames.TCP, 107, 1),
            named("tcp psh", PatternNames.TCP, 108, 1),
            named("tcp push", PatternNames.TCP, 108, 1),
            named("tcp rst", PatternNames.TCP, 109, 1),
            named("tcp syn", PatternNames.TCP, 110, 1),
            named("tcp fin", PatternNames.TCP, 111, 1),
            named("tcp win", PatternNames.TCP, 112, 16),
            named("tcp sum", PatternNames.TCP, 128, 16),
            named("tcp urp", PatternNames.TCP, 144, 16),
            named("icmp type", PatternNames.ICMP, 0, 8),
            named("icmp code", PatternNames.ICMP, 8, 8),
            named("icmp sum", PatternNames.ICMP, 16, 16));

    /** @param header its protocol, {@link #IP} or {@link #PAYLOAD} */
    private record Field(int header, long offset, long bits) {
        /** The bits of it from {@code from} on. */
        Field part(long from, long count) {
            return new Field(header, offset + from, count);
        }
    }

    @Override
    public String type() {
        return "ip-field";
    }

    @Override
    public Optional<Value> lower(Given given) {
        return Parsing.of(given, text -> {
            Field field = parse(text.strip());
            return Value.bytes(new LittleEndian()
                    .half(field.header)
                    .half((int) field.bits)
                    .number((int) field.offset)
                    .toBytes());
        });
    }

    private static Field parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw BadValueException.expected(text, "HEADER [NAME] [{OFFSET:LENGTH}] [/PREFIX] [& MASK]");
        }
        Field field = masked(prefix(place(text, matcher), text, matcher.group(9)), text, matcher.group(10));
        if (field.bits > MOST_BITS || field.offset / MOST_BITS != (field.offset + field.bits - 1) / MOST_BITS) {
            throw BadValueException.expected(text, "a field that lies within a word of 32 bits");
        }
        return field;
    }

    private static Field place(String text, Matcher matcher) {
        @Nullable Field named = null;
        int header;
        if (matcher.group(1) != null) {
            header = Integer.parseInt(matcher.group(1));
        } else {
            String word = matcher.group(2);
            String name = matcher.group(3);
            boolean bare = name == null && FIELDS.containsKey("tcpudp " + word);
            named = FIELDS.get(bare ? "tcpudp " + word : word + " " + name);
            Integer known = HEADERS.getOrDefault(word, PatternNames.PROTOCOLS.get(word));
            if ((known == null && !bare) || (name != null && named == null)) {
                throw BadValueException.expected(text, "a field such as 'ip src', 'tcp dport' or 'ip[8:2]'");
            }
            header = known == null ? PatternNames.TCP_OR_UDP : known;
        }
        if (matcher.group(4) == null) {
            if (named == null) {
                throw BadValueException.expected(
                        text, "a field's name, or its place as [OFFSET:LENGTH] or {OFFSET:LENGTH}");
            }
            return named;
        }
        long unit = matcher.group(4).equals("[") ? 8 : 1;
        long from = number(matcher.group(5));
        long second = matcher.group(7) == null ? 1 : number(matcher.group(7));
        long count = "-".equals(matcher.group(6)) ? second - from + 1 : second;
        boolean closed = matcher.group(8).equals(unit == 8 ? "]" : "}");
        long most = named == null ? 0xffff * 8L : named.bits;
        if (!closed || count <= 0 || (from + count) * unit > most) {
            throw BadValueException.expected(text, "an offset and a length within the header or field");
        }
        return (named == null ? new Field(header, 0, 0) : named).part(from * unit, count * unit);
    }

    private static Field prefix(Field field, String text, @Nullable String given) {
        if (given == null) {
            return field;
        }
        long bits = number(given);
        if (bits < 1 || bits > field.bits) {
            throw BadValueException.expected(text, "a prefix from /1 to /" + field.bits);
        }
        return field.part(0, bits);
    }

    private static Field masked(Field field, String text, @Nullable String given) {
        if (given == null) {
            return field;
        }
        long mask = number(given);
        int low = Long.numberOfTrailingZeros(mask);
        int high = Long.SIZE - Long.numberOfLeadingZeros(mask);
        if (mask == 0 || Long.bitCount(mask) != high - low || high > field.bits) {
            throw BadValueException.expected(text, "a mask of ones without a gap, within the field");
        }
        return field.part(field.bits - high, high - low);
    }

    private static long number(String text) {
        return Long.decode(text);
    }

    private static Map.Entry<String, Field> named(String name, int header, int offset, int bits) {
        return Map.entry(name, new Field(header, offset, bits));
    }
}
