package org.flowstream.rules;

import java.util.Locale;
import java.util.Optional;

/**
 * The mark on each of our rules: 0x466c in the top 16 bits, then 8 bits of kind and 40 bits of a machine's or chain's id.
 *
 * <p>It is how our rules are told from those of others: every add carries one, and every delete and dump asks for one.
 */
public record Cookie(long bits) {
    /** The top 16 bits of each of our cookies: "Fl". */
    public static final int PREFIX = 0x466c;
    /** The bits that say a rule is ours. */
    public static final long OURS_MASK = 0xffff_0000_0000_0000L;
    /** The bits that say a rule is ours, and of which kind. */
    public static final long KIND_MASK = 0xffff_ff00_0000_0000L;
    /** The bits that say a rule is ours, and of which chain or machine, of whatever kind. */
    public static final long CHAIN_MASK = 0xffff_00ff_ffff_ffffL;
    /** All bits. */
    public static final long EXACT_MASK = -1L;

    private static final long ID_MASK = 0xff_ffff_ffffL;

    /** What a rule is for. */
    public enum Kind {
        /** A rule of the bridge itself: unclaimed traffic. */
        BASE(0),
        /** A learnt place of an address; the switch makes and ages these by itself. */
        LEARNT(1),
        /** Probe frames of a machine. */
        PROBE(2),
        /** What leaves a machine's device. */
        LEAVE(3),
        /** What enters a chain. */
        ENTER(4),
        /** Fragments of a flow that enters a chain, and ICMP errors about it. */
        COMPANION(5),
        /** Fragments and ICMP errors that may belong to more than one chain. */
        AMBIGUOUS(6),
        /** A short look at a port's traffic. */
        SAMPLE(7),
        /** Packets of a chain's flow that are of no instance yet, to the daemon; a lease. */
        FIRST(8);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        /** Whether the id beside it is a chain's or one of its machines': else it is 0, or stands for an installation. */
        public boolean isOfChain() {
            return switch (this) {
                case PROBE, LEAVE, ENTER, COMPANION, FIRST -> true;
                case BASE, LEARNT, AMBIGUOUS, SAMPLE -> false;
            };
        }
    }

    public Cookie {
        if (bits >>> 48 != PREFIX) {
            throw new IllegalArgumentException(text(bits) + " is not a cookie of ours (0x466c at the top)");
        }
    }

    /** Of a kind and the 40 bits of a machine's or chain's id, 0 for a rule of the bridge itself. */
    public static Cookie of(Kind kind, long id) {
        if ((id & ~ID_MASK) != 0) {
            throw new IllegalArgumentException(text(id) + " has more than 40 bits");
        }
        return new Cookie((long) PREFIX << 48 | (long) kind.number << 40 | id);
    }

    /** Whether a cookie read from a switch is ours. */
    public static boolean isOurs(long bits) {
        return bits >>> 48 == PREFIX;
    }

    /** Whether a cookie read from a switch is ours, and of a kind. */
    public static boolean isOf(long bits, Kind kind) {
        return isOurs(bits) && new Cookie(bits).kind().equals(Optional.of(kind));
    }

    /** Its kind; empty for one that a later version made. */
    public Optional<Kind> kind() {
        int number = (int) (bits >>> 40) & 0xff;
        for (Kind each : Kind.values()) {
            if (each.number == number) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** The machine's or chain's id. */
    public long id() {
        return bits & ID_MASK;
    }

    static String text(long bits) {
        return String.format(Locale.ROOT, "0x%016x", bits);
    }

    @Override
    public String toString() {
        return text(bits);
    }
}
