package org.flowstream.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import org.flowstream.problem.BadValueException;

/**
 * What a stored chain is a part of. A user's chain stands for itself; machines of a pool, and what serves one part of a
 * chain's flow, are kept in the same form, so that all of them are watched, adopted and restored alike.
 *
 * @param of the pool, or the chain, by name; empty for a chain that stands for itself
 */
public record Part(Kind kind, Optional<Name> of) {
    /** A chain that a user declared. */
    public static final Part WHOLE = new Part(Kind.WHOLE, Optional.empty());

    /** As what it is a part. */
    public enum Kind {
        /** It stands for itself. */
        WHOLE,
        /** A machine of a pool, wired to nothing. */
        POOLED,
        /** What serves one part of a chain's flow. */
        INSTANCE
    }

    /** A machine of a pool. */
    public static Part ofPool(Name pool) {
        return new Part(Kind.POOLED, Optional.of(pool));
    }

    /** What serves a part of a chain's flow. */
    public static Part ofChain(Name chain) {
        return new Part(Kind.INSTANCE, Optional.of(chain));
    }

    /** From {@code whole}, {@code pooled/POOL} or {@code instance/CHAIN}. */
    @JsonCreator
    public static Part parse(String text) {
        String[] words = text.split("/", 2);
        Kind kind = Words.parse(Kind.class, words[0]);
        if ((kind == Kind.WHOLE) != (words.length == 1)) {
            throw BadValueException.expected(text, "whole, pooled/POOL or instance/CHAIN");
        }
        return new Part(kind, words.length == 1 ? Optional.empty() : Optional.of(Name.parse(words[1])));
    }

    public boolean isWhole() {
        return kind == Kind.WHOLE;
    }

    public boolean isPooled() {
        return kind == Kind.POOLED;
    }

    public boolean isInstance() {
        return kind == Kind.INSTANCE;
    }

    @JsonValue
    @Override
    public String toString() {
        return Words.of(kind) + of.map(name -> "/" + name).orElse("");
    }
}
