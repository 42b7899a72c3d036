package org.flowstream.lowering;

/**
 * A comparison of a field's value.
 *
 * @param relation how it is compared
 * @param low the value, or the first of a range
 * @param high the last of a range, else the value
 * @param mask the bits that count
 */
record FieldTest(Relation relation, long low, long high, long mask) {
    /** A relation; the negative ones are complements of the positive ones, among packets that have the field. */
    enum Relation {
        EQUAL(false),
        NOT_EQUAL(true),
        GREATER(false),
        AT_MOST(true),
        AT_LEAST(false),
        LESS(true);

        private final boolean negative;

        Relation(boolean negative) {
            this.negative = negative;
        }

        boolean isNegative() {
            return negative;
        }
    }

    /** The condition on one field. What is always or never so needs no test. */
    Condition on(PacketField field) {
        Word word = field.word(mask);
        return switch (relation) {
            case EQUAL -> {
                long from = shifted(low & mask, field);
                yield new Condition.Test(word, from, Math.max(from, shifted(high & mask, field)));
            }
            case NOT_EQUAL -> Condition.outside(word, shifted(low & mask, field), shifted(high & mask, field));
            case GREATER -> above(word, low, field);
            case AT_MOST -> below(word, low, field);
            case AT_LEAST -> low == 0 ? Condition.TRUE : above(word, low - 1, field);
            case LESS -> low == 0 ? Condition.FALSE : below(word, low - 1, field);
        };
    }

    private Condition above(Word word, long value, PacketField field) {
        return value >= mask ? Condition.FALSE : new Condition.Test(word, shifted(value + 1, field), word.greatest());
    }

    private Condition below(Word word, long value, PacketField field) {
        return value >= mask ? Condition.TRUE : new Condition.Test(word, 0, shifted(value, field));
    }

    private static long shifted(long value, PacketField field) {
        return value << field.shift();
    }
}
