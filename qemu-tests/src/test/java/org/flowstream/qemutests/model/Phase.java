package org.flowstream.qemutests.model;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What holds for a time.
 *
 * @param dead boxes that take no packets
 * @param shaky boxes that may be alive or not
 */
public record Phase(Site site, Set<Integer> dead, Set<Integer> shaky) {
    public Phase {
        dead = Set.copyOf(dead);
        shaky = Set.copyOf(shaky);
    }

    /** The same while boxes that come with packets may be there, or not. */
    public Phase unsettled() {
        Set<Integer> more = new LinkedHashSet<>(shaky);
        more.addAll(site.onDemand());
        return new Phase(site, dead, more);
    }

    /** All is as declared. */
    public static Phase of(Site site) {
        return new Phase(site, Set.of(), Set.of());
    }

    /** Where a packet may go that comes from its endpoint. */
    Set<Hop> enter(Header header) {
        if (!site.ports().contains(header.from())) {
            return Set.of(Hop.DROP);
        }
        Site.Entrance entrance = site.entrance(header);
        if (entrance instanceof Site.Entrance.None) {
            return Set.of(Hop.SWITCHED);
        }
        if (!(entrance instanceof Site.Entrance.Of of)) {
            return Set.of(Hop.DROP);
        }
        Chain chain = of.chain();
        if (chain.bypassed()) {
            return Set.of(far(chain, of.forward()));
        }
        Set<Hop> hops = along(chain, of.forward() ? 0 : chain.boxes().size() - 1, of.forward());
        if (chain.onDemand() && !of.sure()) {
            // Of no connection that is known.
            hops.add(Hop.DROP);
        }
        return hops;
    }

    /** Where a packet may go that comes out of a box. */
    Set<Hop> leave(Hop.Into hop) {
        Optional<Chain> chain = site.chainOf(hop.box());
        return chain.isEmpty()
                ? Set.of(Hop.DROP)
                : along(chain.get(), chain.get().indexOf(hop.box()) + (hop.forward() ? 1 : -1), hop.forward());
    }

    private Set<Hop> along(Chain chain, int first, boolean forward) {
        Set<Hop> hops = new LinkedHashSet<>();
        for (int at = first; at >= 0 && at < chain.boxes().size(); at += forward ? 1 : -1) {
            int box = chain.boxes().get(at).number();
            boolean isDead = chain.stopped() || dead.contains(box);
            boolean isShaky = shaky.contains(box);
            if (isShaky || !isDead) {
                hops.add(new Hop.Into(box, forward));
            }
            if (!isShaky && !isDead) {
                return hops;
            }
            if (!chain.open()) {
                hops.add(Hop.DROP);
                return hops;
            }
        }
        hops.add(far(chain, forward));
        return hops;
    }

    private static Hop far(Chain chain, boolean forward) {
        return new Hop.Out(forward ? chain.right() : chain.left());
    }

    /** The version of a box, empty where there is none of that number. */
    Optional<Integer> version(int box) {
        return site.chainOf(box)
                .map(chain -> chain.boxes().get(chain.indexOf(box)).version());
    }

    /** The one way that a packet takes, empty where several are possible. */
    public Optional<Way> way(Header header) {
        List<Mark> marks = new ArrayList<>();
        Set<Hop> hops = enter(header);
        while (hops.size() == 1) {
            Hop hop = hops.iterator().next();
            if (!(hop instanceof Hop.Into into)) {
                return Optional.of(new Way(marks, hop));
            }
            marks.add(new Mark(into.box(), version(into.box()).orElseThrow(), into.forward()));
            hops = leave(into);
        }
        return Optional.empty();
    }

    /** Whether a packet is for boxes that come with packets. */
    public boolean isOnDemand(Header header) {
        return site.entrance(header) instanceof Site.Entrance.Of of
                && of.chain().onDemand();
    }

    /** Whether a packet tells by its own headers where it belongs, or belongs to no chain. */
    public boolean isSure(Header header) {
        Site.Entrance entrance = site.entrance(header);
        return entrance instanceof Site.Entrance.None || (entrance instanceof Site.Entrance.Of of && of.sure());
    }
}
