package org.flowstream.qemutests.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * All that is declared.
 *
 * @param chains by their slots
 * @param ports the endpoints whose ports are on the switch
 */
public record Site(SortedMap<Integer, Chain> chains, SortedSet<Integer> ports) {
    /** How many endpoints there are. */
    public static final int ENDPOINTS = 4;

    public Site {
        chains = Collections.unmodifiableSortedMap(new TreeMap<>(chains));
        ports = Collections.unmodifiableSortedSet(new TreeSet<>(ports));
    }

    /** No chain, and all ports. */
    public static Site bare() {
        SortedSet<Integer> all = new TreeSet<>();
        for (int port = 0; port < ENDPOINTS; port++) {
            all.add(port);
        }
        return new Site(new TreeMap<>(), all);
    }

    Site with(Chain chain) {
        SortedMap<Integer, Chain> more = new TreeMap<>(chains);
        more.put(chain.slot(), chain);
        return new Site(more, ports);
    }

    Site without(int slot) {
        SortedMap<Integer, Chain> less = new TreeMap<>(chains);
        less.remove(slot);
        return new Site(less, ports);
    }

    Site withPort(int port, boolean there) {
        SortedSet<Integer> other = new TreeSet<>(ports);
        if (there) {
            other.add(port);
        } else {
            other.remove(port);
        }
        return new Site(chains, other);
    }

    Optional<Chain> chainOf(int box) {
        return chains.values().stream().filter(chain -> chain.indexOf(box) >= 0).findFirst();
    }

    boolean uses(int port) {
        return chains.values().stream().anyMatch(chain -> chain.left() == port || chain.right() == port);
    }

    /** Whether a chain could stand beside the others. */
    boolean hasRoomFor(Chain chain) {
        return chains.values().stream().noneMatch(chain::clashes);
    }

    /** Which chain a packet enters. */
    sealed interface Entrance {
        /**
         * A chain.
         *
         * @param forward by its left end
         * @param sure by the packet's own headers
         */
        record Of(Chain chain, boolean forward, boolean sure) implements Entrance {}

        /** It may be of several, and does not tell: it is dropped. */
        record Ambiguous() implements Entrance {}

        /** None. */
        record None() implements Entrance {}
    }

    /**
     * The chain of the highest priority that takes the packet. One that may belong to a chain, and to another one that is
     * not above that, cannot be told apart.
     */
    Entrance entrance(Header header) {
        List<Entrance.Of> takers = new ArrayList<>();
        for (Chain chain : chains.values()) {
            taker(header, chain, chain.left(), chain.flow(), true).ifPresent(takers::add);
            taker(header, chain, chain.right(), chain.flow().reversed(), false).ifPresent(takers::add);
        }
        if (takers.isEmpty()) {
            return new Entrance.None();
        }
        takers.sort(Comparator.comparing((Entrance.Of taker) -> -taker.chain().priority()));
        int highest = takers.get(0).chain().priority();
        boolean doubtful =
                takers.stream().anyMatch(taker -> !taker.sure() && taker.chain().priority() == highest);
        if (doubtful && takers.size() > 1) {
            return new Entrance.Ambiguous();
        }
        return takers.get(0);
    }

    private static Optional<Entrance.Of> taker(Header header, Chain chain, int port, Flow flow, boolean forward) {
        boolean sure = flow.takes(header);
        return header.from() == port && (sure || flow.mayTake(header))
                ? Optional.of(new Entrance.Of(chain, forward, sure))
                : Optional.empty();
    }

    /** The boxes that come with packets: they may be there, or not. */
    public Set<Integer> onDemand() {
        return chains.values().stream()
                .filter(Chain::onDemand)
                .flatMap(chain -> chain.boxes().stream())
                .map(Box::number)
                .collect(Collectors.toSet());
    }

    /** All boxes that should run and have packets to pass. */
    List<Integer> atWork() {
        return chains.values().stream()
                .filter(chain -> !chain.stopped() && !chain.bypassed() && !chain.onDemand())
                .map(Chain::boxes)
                .flatMap(Collection::stream)
                .map(Box::number)
                .toList();
    }

    @Override
    public String toString() {
        String absent = Site.bare().ports.stream()
                .filter(port -> !ports.contains(port))
                .map(port -> "port " + (char) ('a' + port) + " is off the switch\n")
                .collect(Collectors.joining());
        return chains.values().stream().map(chain -> chain + "\n").collect(Collectors.joining()) + absent;
    }
}
