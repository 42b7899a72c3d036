package org.flowstream.host;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.flowstream.model.PortName;

/**
 * An installation's taps, for one who looks often: reading the tags of hundreds takes longer than all else in a look at the
 * kernel, so a tap that bore the tag is asked for it again only after a time. Safe for all threads.
 */
public final class KnownTaps {
    private static final long TRUSTED_NANOS = 15_000_000_000L;

    private final Taps taps;
    private final Map<String, Long> readAt = new HashMap<>();

    public KnownTaps(Taps taps) {
        this.taps = taps;
    }

    /** Those that are there. */
    public synchronized Set<PortName> list() {
        long now = System.nanoTime();
        Set<String> there = Taps.links();
        readAt.keySet().retainAll(there);
        readAt.values().removeIf(at -> now - at > TRUSTED_NANOS);
        Set<PortName> found = new TreeSet<>();
        for (String name : there) {
            if (readAt.containsKey(name) || taps.isOurs(name)) {
                readAt.putIfAbsent(name, now);
                found.add(new PortName(name));
            }
        }
        return found;
    }
}
