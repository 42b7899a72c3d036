package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.random.RandomGenerator;
import org.flowstream.problem.BadValueException;

/**
 * What a chain is known by in the switch: 40 bits, stored with its declaration, a part of its rules' cookies. The upper 24
 * are its installation's mark, so that rules tell whose they are; those below are random and never all 0, which is the
 * id of what the installation's chains have in common. Ids that earlier versions gave out are random altogether.
 */
public record ChainId(long bits) implements Comparable<ChainId> {
    private static final int NUMBER_BITS = 16;

    public ChainId {
        if (bits < 0 || bits >= Base32.LIMIT) {
            throw BadValueException.expected(Long.toHexString(bits), "a chain id of 40 bits");
        }
    }

    @JsonCreator
    public static ChainId parse(String text) {
        return new ChainId(Base32.bits(text)
                .orElseThrow(() -> BadValueException.expected(text, "a chain id of eight letters and digits")));
    }

    /** A new one; let the source be a {@link java.security.SecureRandom}. */
    public static ChainId random(Installation installation, RandomGenerator source) {
        return new ChainId(common(installation).bits | source.nextLong(1, 1L << NUMBER_BITS));
    }

    /** The id of what belongs to no single chain of an installation. */
    public static ChainId common(Installation installation) {
        return new ChainId((long) installation.mark() << NUMBER_BITS);
    }

    /** Whether it bears an installation's mark. */
    public boolean isOf(Installation installation) {
        return isOf(installation.mark());
    }

    /** Whether it bears a mark. */
    public boolean isOf(int mark) {
        return bits >> NUMBER_BITS == mark;
    }

    @Override
    public int compareTo(ChainId other) {
        return Long.compare(bits, other.bits);
    }

    @JsonValue
    @Override
    public String toString() {
        return Base32.text(bits);
    }
}
