package org.flowstream.lowering;

import java.util.Optional;
import java.util.OptionalLong;

/** What a primitive is compared with. */
final class PrimitiveValue {
    /** What the value is, as far as its text tells. */
    enum Kind {
        NONE,
        NUMBER,
        HOST,
        NET,
        PROTOCOL,
        PORT,
        TCP_OPTION,
        ICMP_TYPE
    }

    Kind kind = Kind.NONE;
    FieldTest.Relation relation = FieldTest.Relation.EQUAL;
    boolean relationGiven;
    OptionalLong mask = OptionalLong.empty();
    Optional<AddressPattern> addressMask = Optional.empty();
    /** The number, or the first and the last of a range. */
    long low;

    long high;
    Optional<AddressPattern> address = Optional.empty();

    boolean isRange() {
        return low != high;
    }

    boolean isMasked() {
        return mask.isPresent() || addressMask.isPresent();
    }
}
