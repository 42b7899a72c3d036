package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.flowstream.lowering.NaivePattern.Direction;
import org.flowstream.lowering.NaivePattern.Relation;
import org.flowstream.net.Ip4Address;
import org.flowstream.net.Ip6Address;

/** Random patterns and packets, with few enough values that they meet often. */
final class RandomRules {
    private static final Map<String, Integer> FLAGS = Map.of("syn", 2, "ack", 16, "fin", 1, "rst", 4);
    private static final List<String> SIGNS = List.of("", "=", "==", "!=", ">", "<", ">=", "<=");

    private final Random random;
    private final boolean ip6;

    RandomRules(long seed, boolean ip6) {
        this.random = new Random(seed);
        this.ip6 = ip6;
    }

    NaivePattern pattern(int depth) {
        if (depth > 0 && random.nextInt(3) > 0) {
            return switch (random.nextInt(6)) {
                case 0 -> new NaivePattern.Not(pattern(depth - 1));
                case 1 -> new NaivePattern.Choice(pattern(depth - 1), pattern(depth - 1), pattern(depth - 1));
                case 2, 3 -> new NaivePattern.Or(patterns(depth - 1), random.nextBoolean() ? " or " : " || ");
                default -> new NaivePattern.And(patterns(depth - 1), oneOf(List.of(" and ", " && ", " ")));
            };
        }
        return primitive();
    }

    private List<NaivePattern> patterns(int depth) {
        List<NaivePattern> patterns = new ArrayList<>();
        for (int i = 0; i < 2 + random.nextInt(2); i++) {
            patterns.add(pattern(depth));
        }
        return patterns;
    }

    private NaivePattern primitive() {
        return switch (random.nextInt(ip6 ? 11 : 15)) {
            case 0 -> new NaivePattern.Constant(random.nextBoolean());
            case 1, 2, 3 -> net();
            case 4 -> proto();
            case 5, 6, 7 ->
                new NaivePattern.Port(
                        oneOf(Direction.values()), oneOf(List.of("", "tcp ", "udp ")), relation(port(), 0xffff));
            case 8 -> flag();
            case 9 ->
                new NaivePattern.IcmpType(ip6 ? "icmp6" : "icmp", ip6 ? 58 : 1, relation(random.nextInt(10), 255));
            case 10 -> new NaivePattern.Fragment(random.nextBoolean());
            case 11 -> new NaivePattern.Congestion(random.nextBoolean() ? "ip ect" : "ip ce");
            case 12 -> bytes();
            default -> field();
        };
    }

    private NaivePattern net() {
        List<Integer> words = address();
        int all = 32 * words.size();
        int length = random.nextBoolean() ? all : 1 + random.nextInt(all);
        String text = ip6
                ? new Ip6Address(join(words.get(0), words.get(1)), join(words.get(2), words.get(3))).toString()
                : new Ip4Address(words.get(0)).toString();
        return new NaivePattern.Net(oneOf(Direction.values()), random.nextInt(4) == 0, text, words, length);
    }

    private static long join(int high, int low) {
        return ((long) high << 32) | Integer.toUnsignedLong(low);
    }

    private NaivePattern proto() {
        int protocol = oneOf(List.of(ip6 ? 58 : 1, 6, 17, 47));
        String number = "ip proto " + protocol;
        return switch (protocol) {
            case 6 -> new NaivePattern.Proto(random.nextBoolean() ? "tcp" : number, 6);
            case 17 -> new NaivePattern.Proto(random.nextBoolean() ? "ip proto udp" : number, 17);
            case 1 -> new NaivePattern.Proto(random.nextBoolean() ? "icmp" : number, 1);
            case 58 -> new NaivePattern.Proto(random.nextBoolean() ? "icmp6" : number, 58);
            default -> new NaivePattern.Proto(number, protocol);
        };
    }

    private NaivePattern flag() {
        String name = oneOf(List.of("syn", "ack", "fin", "rst"));
        return new NaivePattern.Flag(name, FLAGS.getOrDefault(name, 0));
    }

    private NaivePattern field() {
        return switch (random.nextInt(6)) {
            case 0 -> new NaivePattern.Field("ip vers", 0, 4, relation(4, 15));
            case 1 -> new NaivePattern.Field("ip hl", 4, 4, relation(5 + random.nextInt(3), 15));
            case 2 -> new NaivePattern.Field("ip tos", 8, 8, relation(random.nextInt(256), 255));
            case 3 -> new NaivePattern.Field("ip dscp", 8, 6, relation(random.nextInt(64), 63));
            case 4 -> new NaivePattern.Field("ip id", 32, 16, relation(random.nextInt(4), 0xffff));
            default -> new NaivePattern.Field("ip ttl", 64, 8, relation(62 + random.nextInt(4), 255));
        };
    }

    private NaivePattern bytes() {
        String header = oneOf(List.of("ip", "tcp", "transp"));
        int length = 1 + random.nextInt(4);
        int position = 4 * random.nextInt(4) + random.nextInt(5 - length);
        long greatest = (1L << (8 * length)) - 1;
        long mask = random.nextBoolean() ? 0 : 1 + random.nextInt(255);
        long value = random.nextInt(256);
        return new NaivePattern.Bytes(header, position, length, mask, relation(Math.min(value, greatest), greatest));
    }

    private Relation relation(long value, long greatest) {
        String sign = oneOf(SIGNS);
        boolean far = random.nextInt(20) == 0 && !sign.isEmpty() && !sign.equals("!=") && sign.indexOf('=') != 0;
        return new Relation(sign, far ? Math.min(0xffff_ffffL, greatest + random.nextInt(2)) : value);
    }

    private int port() {
        return oneOf(List.of(0, 22, 53, 79, 80, 81, 443, 1023, 1024, 8080, 65535));
    }

    private List<Integer> address() {
        if (ip6) {
            return List.of(0x20010db8, random.nextInt(3) << 16, 0, random.nextInt(4));
        }
        return List.of(
                oneOf(List.of(0x0a000000, 0x0a000000, 0xc0000200)) | (random.nextInt(3) << 8) | random.nextInt(4));
    }

    NaivePacket packet() {
        return ip6 ? packet6() : packet4();
    }

    private NaivePacket packet4() {
        int words = 5 + random.nextInt(3);
        byte[] bytes = new byte[4 * words + random.nextInt(24)];
        random.nextBytes(bytes);
        boolean later = random.nextInt(5) == 0;
        int protocol = oneOf(List.of(1, 6, 6, 17, 17, 47));
        put(bytes, 0, 0x4000 | (words << 8) | random.nextInt(256), 2);
        put(bytes, 4, random.nextInt(4), 2);
        put(bytes, 6, random.nextInt(4) == 0 ? 0x2000 : 0, 2);
        if (later) {
            put(bytes, 6, 1 + random.nextInt(0x1fff), 2);
        }
        put(bytes, 8, 62 + random.nextInt(4), 1);
        put(bytes, 9, protocol, 1);
        put(bytes, 12, address().get(0), 4);
        put(bytes, 16, address().get(0), 4);
        transport(bytes, 4 * words);
        return new NaivePacket(bytes, 4 * words, protocol, later, false);
    }

    /** The extension headers are walked by the runtime; here their outcome is made up. */
    private NaivePacket packet6() {
        int transportAt = 40 + 8 * random.nextInt(3);
        byte[] bytes = new byte[transportAt + random.nextInt(24)];
        random.nextBytes(bytes);
        put(bytes, 0, 0x60000000, 4);
        List<Integer> source = address();
        List<Integer> destination = address();
        for (int i = 0; i < 4; i++) {
            put(bytes, 8 + 4 * i, source.get(i), 4);
            put(bytes, 24 + 4 * i, destination.get(i), 4);
        }
        boolean none = random.nextInt(8) == 0;
        int protocol = none ? 256 : oneOf(List.of(58, 6, 6, 17, 17, 47));
        transport(bytes, transportAt);
        boolean later = random.nextInt(5) == 0;
        return new NaivePacket(bytes, none ? -1 : transportAt, protocol, later, later || random.nextInt(5) == 0);
    }

    private void transport(byte[] bytes, int at) {
        if (random.nextInt(4) > 0) {
            put(bytes, at, port(), 2);
            put(bytes, at + 2, port(), 2);
        } else {
            put(bytes, at, random.nextInt(10), 1);
        }
    }

    private static void put(byte[] bytes, int at, int value, int length) {
        for (int i = 0; i < length && at + i < bytes.length; i++) {
            bytes[at + i] = (byte) (value >>> (8 * (length - 1 - i)));
        }
    }

    /** One address and port, of few hundred. */
    NaivePattern exactFlow() {
        int word = 0x0a000000 | (random.nextInt(3) << 8) | random.nextInt(4);
        Direction direction = random.nextBoolean() ? Direction.SRC : Direction.DST;
        return new NaivePattern.And(
                List.of(
                        new NaivePattern.Net(direction, false, new Ip4Address(word).toString(), List.of(word), 32),
                        new NaivePattern.Port(
                                random.nextBoolean() ? Direction.SRC : Direction.DST,
                                "",
                                new Relation("", random.nextInt(100)))),
                " and ");
    }

    /** A TCP or UDP packet from and to 10.0.0.0/10, of any port. */
    NaivePacket flow() {
        byte[] bytes = new byte[44];
        put(bytes, 0, 0x4500, 2);
        put(bytes, 8, 64, 1);
        int protocol = random.nextBoolean() ? 6 : 17;
        put(bytes, 9, protocol, 1);
        put(bytes, 12, 0x0a000000 | random.nextInt(1 << 22), 4);
        put(bytes, 16, 0x0a000000 | random.nextInt(1 << 22), 4);
        put(bytes, 20, random.nextInt(1 << 16), 2);
        put(bytes, 22, random.nextInt(1 << 16), 2);
        return new NaivePacket(bytes, 20, protocol, false, false);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    private <T> T oneOf(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private Direction oneOf(Direction[] values) {
        return oneOf(Arrays.asList(values));
    }
}
