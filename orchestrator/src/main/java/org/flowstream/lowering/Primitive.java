package org.flowstream.lowering;

import java.util.Optional;
import java.util.OptionalInt;

/** What a primitive of a pattern says, and what the next one may leave out. */
final class Primitive {
    /** What is tested. */
    enum Kind {
        NONE("a primitive"),
        HOST("host"),
        NET("net"),
        PROTOCOL("proto"),
        PORT("port"),
        TCP_OPTION("tcp opt"),
        FRAGMENT("ip frag"),
        UNFRAGMENTED("ip unfrag"),
        ECT("ip ect"),
        CE("ip ce"),
        FIELD("a header field");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /** Which of the two ends. */
    enum Direction {
        UNSAID,
        SOURCE,
        DESTINATION,
        BOTH,
        EITHER
    }

    Kind kind = Kind.NONE;
    Optional<PacketField> field = Optional.empty();
    Direction direction = Direction.UNSAID;
    OptionalInt protocol = OptionalInt.empty();

    /** How messages call it. */
    String text() {
        return field.map(PacketField::name).orElse(kind.text());
    }
}
