package org.flowstream.host;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.flowstream.model.PortName;

/**
 * Offloads of interfaces, for one who looks often: to ask takes a process each, so an answer is good for some seconds,
 * unless they were switched meanwhile. Safe for all threads.
 */
public final class KnownOffloads {
    private static final long TRUSTED_NANOS = 5_000_000_000L;

    private final Map<PortName, Answer> answers = new HashMap<>();

    private record Answer(Set<String> on, long atNanos) {}

    /**
     * What is on and can be changed.
     *
     * @throws HostException if there is no such interface
     */
    public Set<String> on(PortName name) {
        long now = System.nanoTime();
        synchronized (answers) {
            answers.values().removeIf(answer -> now - answer.atNanos > TRUSTED_NANOS);
            Answer known = answers.get(name);
            if (known != null) {
                return known.on;
            }
        }
        Set<String> on = Set.copyOf(Offloads.on(name));
        synchronized (answers) {
            answers.put(name, new Answer(on, now));
        }
        return on;
    }

    /** Switches features on or off; those that are so already are left. */
    public void set(PortName name, Collection<String> features, boolean wanted) {
        try {
            Offloads.set(name, features, wanted);
        } finally {
            synchronized (answers) {
                answers.remove(name);
            }
        }
    }
}
