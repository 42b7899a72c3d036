package org.flowstream.lowering;

import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;

/**
 * Patterns as trees that can write themselves in Click's syntax and can be asked, without any compiling, whether a packet
 * matches: what IPClassifier's manual page says, word for word.
 */
sealed interface NaivePattern {
    String text();

    boolean matches(NaivePacket packet);

    record Constant(boolean value) implements NaivePattern {
        @Override
        public String text() {
            return value ? "true" : "false";
        }

        @Override
        public boolean matches(NaivePacket packet) {
            return value;
        }
    }

    record Not(NaivePattern part) implements NaivePattern {
        @Override
        public String text() {
            return "not (" + part.text() + ")";
        }

        @Override
        public boolean matches(NaivePacket packet) {
            return !part.matches(packet);
        }
    }

    record And(List<NaivePattern> parts, String sign) implements NaivePattern {
        @Override
        public String text() {
            return parts.stream().map(it -> "(" + it.text() + ")").collect(Collectors.joining(sign));
        }

        @Override
        public boolean matches(NaivePacket packet) {
            return parts.stream().allMatch(it -> it.matches(packet));
        }
    }

    record Or(List<NaivePattern> parts, String sign) implements NaivePattern {
        @Override
        public String text() {
            return parts.stream().map(it -> "(" + it.text() + ")").collect(Collectors.joining(sign));
        }

        @Override
        public boolean matches(NaivePacket packet) {
            return parts.stream().anyMatch(it -> it.matches(packet));
        }
    }

    record Choice(NaivePattern condition, NaivePattern yes, NaivePattern no) implements NaivePattern {
        @Override
        public String text() {
            return "(" + condition.text() + ") ? (" + yes.text() + ") : (" + no.text() + ")";
        }

        @Override
        public boolean matches(NaivePacket packet) {
            return condition.matches(packet) ? yes.matches(packet) : no.matches(packet);
        }
    }

    /** A relation and a number. */
    record Relation(String sign, long value) implements LongPredicate {
        @Override
        public boolean test(long number) {
            return switch (sign) {
                case "", "=", "==" -> number == value;
                case "!=" -> number != value;
                case ">" -> number > value;
                case "<" -> number < value;
                case ">=" -> number >= value;
                case "<=" -> number <= value;
                default -> throw new IllegalArgumentException(sign);
            };
        }

        /** Whether it holds for all values up to the greatest: then not even a value is needed. */
        boolean isAlwaysTrue(long greatest) {
            return switch (sign) {
                case "<=" -> value >= greatest;
                case "<" -> value > greatest;
                case ">=" -> value == 0;
                default -> false;
            };
        }

        boolean isEquality() {
            return !sign.startsWith("<") && !sign.startsWith(">");
        }

        /** Whether it holds for a value that is -1 when the packet has none. */
        boolean holds(long found, long greatest) {
            return isAlwaysTrue(greatest) || (found >= 0 && test(found));
        }

        /** Whether it is the complement of one of =, &gt; and &gt;=. */
        boolean isNegative() {
            return sign.equals("!=") || sign.equals("<") || sign.equals("<=");
        }

        @Override
        public String toString() {
            return sign + " " + value;
        }
    }

    /** Of an address or port at both ends. */
    enum Direction {
        NONE(""),
        SRC("src "),
        DST("dst "),
        EITHER("src or dst "),
        BOTH("src and dst ");

        final String text;

        Direction(String text) {
            this.text = text;
        }

        /** For a negative relation, the complement of what the positive one says of the ends. */
        boolean join(boolean source, boolean destination, boolean negative) {
            return switch (this) {
                case SRC -> source;
                case DST -> destination;
                case BOTH -> negative ? source || destination : source && destination;
                case NONE, EITHER -> negative ? source && destination : source || destination;
            };
        }
    }

    /** {@code net} or {@code host}, of either family. */
    record Net(Direction direction, boolean negative, String address, List<Integer> words, int length)
            implements NaivePattern {
        @Override
        public String text() {
            int all = 32 * words.size();
            String what = length == all ? "host " : "net ";
            return direction.text + what + (negative ? "!= " : "") + address + (length == all ? "" : "/" + length);
        }

        @Override
        public boolean matches(NaivePacket packet) {
            return direction.join(at(packet.source()), at(packet.destination()), negative);
        }

        private boolean at(List<Integer> there) {
            for (int bit = 0; bit < length; bit++) {
                if ((((there.get(bit / 32) ^ words.get(bit / 32)) >>> (31 - bit % 32)) & 1) != 0) {
                    return negative;
                }
            }
            return !negative;
        }
    }

    record Proto(String text, int protocol) implements NaivePattern {
        @Override
        public boolean matches(NaivePacket packet) {
            return packet.protocol() == protocol;
        }
    }

    record Port(Direction direction, String protocol, Relation relation) implements NaivePattern {
        @Override
        public String text() {
            return direction.text + protocol + "port " + relation;
        }

        @Override
        public boolean matches(NaivePacket packet) {
            boolean fits = switch (protocol) {
                case "tcp " -> packet.protocol() == 6;
                case "udp " -> packet.protocol() == 17;
                default -> packet.protocol() == 6 || packet.protocol() == 17;
            };
            if (!fits || packet.isLaterFragment()) {
                return false;
            }
            return direction.join(holds(packet, 0), holds(packet, 2), relation.isNegative());
        }

        private boolean holds(NaivePacket packet, int offset) {
            return relation.holds(packet.transport(offset, 2), 0xffff);
        }
    }

    record Flag(String name, int bit) implements NaivePattern {
        @Override
        public String text() {
            return "tcp opt " + name;
        }

        @Override
        public boolean matches(NaivePacket packet) {
            long flags = packet.protocol() == 6 && !packet.isLaterFragment() ? packet.transport(13, 1) : -1;
            return flags >= 0 && (flags & bit) != 0;
        }
    }

    record IcmpType(String word, int protocol, Relation relation) implements NaivePattern {
        @Override
        public String text() {
            return word + " type " + relation;
        }

        @Override
        public boolean matches(NaivePacket packet) {
            return packet.protocol() == protocol
                    && !packet.isLaterFragment()
                    && relation.holds(packet.transport(0, 1), 0xff);
        }
    }

    /** A field of the network header, taken as some bits of it. */
    record Field(String name, int bit, int bits, Relation relation) implements NaivePattern {
        @Override
        public String text() {
            return name + " " + relation;
        }

        @Override
        public boolean matches(NaivePacket packet) {
            return relation.test(packet.networkBits(bit, bits));
        }
    }

    /** Bytes by position, perhaps masked. */
    record Bytes(String header, int position, int length, long mask, Relation relation) implements NaivePattern {
        @Override
        public String text() {
            return header + "[" + position + ":" + length + "] " + (mask == 0 ? "" : "& " + mask + " ") + relation;
        }

        @Override
        public boolean matches(NaivePacket packet) {
            boolean inTransport = !header.equals("ip");
            boolean fits = header.equals("tcp") ? packet.protocol() == 6 : true;
            if (inTransport && (packet.isLaterFragment() || !fits)) {
                return false;
            }
            long value = inTransport ? packet.transport(position, length) : packet.network(position, length);
            long wanted = mask == 0 ? (1L << (8 * length)) - 1 : mask;
            long masked = value < 0 ? -1 : value & wanted;
            Relation compared =
                    relation.isEquality() ? new Relation(relation.sign(), relation.value() & wanted) : relation;
            return compared.holds(masked, wanted);
        }
    }

    record Fragment(boolean fragment) implements NaivePattern {
        @Override
        public String text() {
            return fragment ? "ip frag" : "unfrag";
        }

        @Override
        public boolean matches(NaivePacket packet) {
            return fragment == packet.isFragment();
        }
    }

    record Congestion(String text) implements NaivePattern {
        @Override
        public boolean matches(NaivePacket packet) {
            long bits = packet.networkBits(14, 2);
            return text.equals("ip ce") ? bits == 3 : bits != 0;
        }
    }
}
