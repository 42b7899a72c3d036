package org.flowstream.libvirt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Looks at libvirt's machines. The loop looks many times in a moment while something changes, and each machine is a record
 * to be written, sent and read: so within a second only those are asked for anew of which libvirt told something, or that we
 * touched ourselves. Safe for all threads.
 */
final class MachineLooks {
    /** So long an event that never came is not missed. */
    private static final long TRUSTED_NANOS = 1_000_000_000;
    /** Of more machines all together is less work than each by itself. */
    private static final int MOST_BY_THEMSELVES = 8;

    private final Object looking = new Object();
    private @Nullable Look latest;
    private Set<String> touched = new TreeSet<>();

    /** @param machines by their domains */
    private record Look(Connection connection, long atNanos, Map<String, LibvirtMachine> machines) {}

    /** Takes note that a domain changed, or is about to; never waits for a look. */
    synchronized void touched(String domain) {
        touched.add(domain);
    }

    private synchronized Set<String> takeTouched() {
        Set<String> taken = touched;
        touched = new TreeSet<>();
        return taken;
    }

    /** All machines, what they cost left out. One look after the other: an older one must not be remembered after a newer. */
    List<LibvirtMachine> look(Connection connection) {
        synchronized (looking) {
            // What is touched from here on is asked for by the next look.
            Set<String> anew = takeTouched();
            Look before = latest;
            latest = null;
            long now = System.nanoTime();
            Look look = before != null
                            && before.connection == connection
                            && now - before.atNanos < TRUSTED_NANOS
                            && anew.size() <= MOST_BY_THEMSELVES
                    ? new Look(connection, before.atNanos, with(before.machines, anew, connection))
                    : new Look(connection, now, byDomain(connection.machines(name -> Emulators.NOTHING)));
            latest = look;
            return List.copyOf(look.machines.values());
        }
    }

    private static Map<String, LibvirtMachine> with(
            Map<String, LibvirtMachine> before, Set<String> anew, Connection connection) {
        Map<String, LibvirtMachine> machines = new TreeMap<>(before);
        machines.keySet().removeAll(anew);
        machines.putAll(byDomain(connection.machines(new ArrayList<>(anew))));
        return machines;
    }

    private static Map<String, LibvirtMachine> byDomain(List<LibvirtMachine> machines) {
        Map<String, LibvirtMachine> found = new TreeMap<>();
        machines.forEach(machine -> found.put(machine.domain(), machine));
        return found;
    }
}
