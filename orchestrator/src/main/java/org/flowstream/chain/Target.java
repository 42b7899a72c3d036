package org.flowstream.chain;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Where frames are sent: to the first of some places that is live, and nowhere when none is. An external port counts as
 * live always, so it can only stand last.
 */
public record Target(List<Place> places) {
    /** Nowhere: what is sent there is dropped. */
    public static final Target NOWHERE = new Target(List.of());

    public Target {
        places = List.copyOf(places);
        for (Place place : places.subList(0, Math.max(0, places.size() - 1))) {
            if (place instanceof Place.External) {
                throw new IllegalArgumentException("nothing can come after external port " + place.port());
            }
        }
    }

    @Override
    public String toString() {
        return places.isEmpty()
                ? "nowhere"
                : places.stream().map(place -> place.port().toString()).collect(Collectors.joining(" else "));
    }
}
