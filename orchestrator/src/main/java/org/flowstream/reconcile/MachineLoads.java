package org.flowstream.reconcile;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.flowstream.model.MachineId;
import org.jspecify.annotations.Nullable;

/**
 * How much of a processor each machine takes: its processor time between two looks. Two looks within a moment would
 * measure that moment alone, so one is compared with the latest that lies a second back. Safe for all threads.
 */
final class MachineLoads {
    private static final long SHORTEST = Duration.ofSeconds(1).toNanos();

    private final Map<MachineId, Course> courses = new ConcurrentHashMap<>();
    private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());

    private record Sample(long atNanos, long cpuNanos) {}

    /** The latest look, and two before it that lie apart. */
    private record Course(
            Sample latest,
            long residentKib,
            Sample mark,
            @Nullable Sample before) {
        static Course begin(Sample sample, long residentKib) {
            return new Course(sample, residentKib, sample, null);
        }

        Course then(Sample sample, long kib) {
            if (sample.cpuNanos < latest.cpuNanos) {
                return begin(sample, kib); // another process: the machine was started anew
            }
            return sample.atNanos - mark.atNanos >= SHORTEST
                    ? new Course(sample, kib, sample, mark)
                    : new Course(sample, kib, mark, before);
        }

        OptionalDouble percent() {
            if (before == null) {
                return OptionalDouble.empty();
            }
            return OptionalDouble.of(100.0 * (latest.cpuNanos - before.cpuNanos) / (latest.atNanos - before.atNanos));
        }
    }

    /** Whether it is time for a look at all; the loop looks at machines many times in a moment when something changes. */
    boolean isDue(long now) {
        long next = nextNanos.get();
        return now - next >= 0 && nextNanos.compareAndSet(next, now + SHORTEST);
    }

    /** A look at a machine's process. */
    void see(MachineId machine, long atNanos, long cpuNanos, long residentKib) {
        Sample sample = new Sample(atNanos, cpuNanos);
        courses.compute(
                machine,
                (id, course) -> course == null ? Course.begin(sample, residentKib) : course.then(sample, residentKib));
    }

    /** Forgets all but these. */
    void keepOnly(Collection<MachineId> machines) {
        courses.keySet().retainAll(machines);
    }

    Optional<MachineLoad> of(MachineId machine) {
        return Optional.ofNullable(courses.get(machine))
                .map(course -> new MachineLoad(course.percent(), course.residentKib));
    }
}
