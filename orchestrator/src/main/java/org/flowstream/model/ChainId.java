package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.random.RandomGenerator;
import org.flowstream.problem.BadValueException;

/** What a chain is known by in the switch: 40 random bits, stored with its declaration, a part of its rules' cookies. */
public record ChainId(long bits) implements Comparable<ChainId> {
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
    public static ChainId random(RandomGenerator source) {
        return new ChainId(source.nextLong(Base32.LIMIT));
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
