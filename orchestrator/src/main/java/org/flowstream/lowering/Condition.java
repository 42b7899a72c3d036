package org.flowstream.lowering;

import java.util.List;

/**
 * What a packet must be like: a boolean expression over the values of words.
 *
 * <p>A test fails when a byte that its word's mask wants lies behind the packet's end; {@link Not} is the plain
 * complement, so it holds there.
 */
sealed interface Condition {
    Condition TRUE = new All(List.of());
    Condition FALSE = new Any(List.of());

    /** The masked word lies within two values, both included and unsigned. */
    record Test(Word word, long low, long high) implements Condition {
        public Test {
            if (low < 0 || low > high || high > word.greatest()) {
                throw new IllegalArgumentException(low + " to " + high + " are no values of " + word);
            }
        }
    }

    /** All parts hold; with no parts, always. */
    record All(List<Condition> parts) implements Condition {
        public All {
            parts = List.copyOf(parts);
        }
    }

    /** One of the parts holds; with no parts, never. */
    record Any(List<Condition> parts) implements Condition {
        public Any {
            parts = List.copyOf(parts);
        }
    }

    /** The part does not hold. */
    record Not(Condition part) implements Condition {}

    static Condition all(Condition... parts) {
        return new All(List.of(parts));
    }

    static Condition any(Condition... parts) {
        return new Any(List.of(parts));
    }

    /** The masked word has one value. */
    static Condition equal(Word word, int value) {
        long wanted = Integer.toUnsignedLong(value & word.mask());
        return new Test(word, wanted, wanted);
    }

    /** The masked word is there and has any value but those from {@code low} to {@code high}. */
    static Condition outside(Word word, long low, long high) {
        Condition below = low == 0 ? FALSE : new Test(word, 0, low - 1);
        Condition above = high >= word.greatest() ? FALSE : new Test(word, high + 1, word.greatest());
        return any(below, above);
    }
}
