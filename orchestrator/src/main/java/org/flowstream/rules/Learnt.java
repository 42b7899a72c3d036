package org.flowstream.rules;

import java.math.BigInteger;

/** One part of the rule that a {@link RuleAction.Learn} makes: a thing it matches, or a thing it does. */
public sealed interface Learnt {
    /** The new rule matches, in {@code target}, the bits that the packet has in {@code source}. */
    record MatchSame(Subfield target, Subfield source) implements Learnt {
        @Override
        public String toString() {
            return target.equals(source) ? target.toString() : target + "=" + source;
        }
    }

    /** The new rule matches a fixed value. */
    record MatchValue(Subfield target, BigInteger value) implements Learnt {
        @Override
        public String toString() {
            return target + "=" + "0x" + value.toString(16);
        }
    }

    /** The new rule writes into {@code target} the bits that the packet has in {@code source}. */
    record LoadField(Subfield target, Subfield source) implements Learnt {
        @Override
        public String toString() {
            return "load:" + source + "->" + target;
        }
    }

    /** The new rule writes a fixed value. */
    record LoadValue(Subfield target, BigInteger value) implements Learnt {
        @Override
        public String toString() {
            return "load:" + "0x" + value.toString(16) + "->" + target;
        }
    }

    /** The new rule outputs to the port whose number the packet has in {@code source}. */
    record OutputTo(Subfield source) implements Learnt {
        @Override
        public String toString() {
            return "output:" + source;
        }
    }
}
