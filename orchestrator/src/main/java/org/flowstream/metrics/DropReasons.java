package org.flowstream.metrics;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Why guests dropped packets, as each last told. A heartbeat tells how many alone; where that number has grown, the guest
 * is asked for the reasons in the background, at most once in ten seconds. One that drops nothing is never asked, and
 * nobody who reads the figures waits for a guest.
 */
public final class DropReasons implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DropReasons.class);
    private static final long LEAST_NANOS = Duration.ofSeconds(10).toNanos();

    private final Guest guest;
    private final LongSupplier nanoTime;
    private final ExecutorService asking;
    private final Map<MachineId, Answer> answers = new ConcurrentHashMap<>();

    /** Asks a guest. */
    @FunctionalInterface
    public interface Guest {
        /**
         * Packets by reason.
         *
         * @throws RuntimeException when it does not answer
         */
        Map<String, Long> drops(Name name, MachineId machine);
    }

    private record Answer(long askedNanos, long dropped, Map<String, Long> reasons) {}

    public DropReasons(Guest guest) {
        this(
                guest,
                System::nanoTime,
                new ThreadPoolExecutor(0, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "drop-reasons");
                    thread.setDaemon(true);
                    return thread;
                }));
    }

    DropReasons(Guest guest, LongSupplier nanoTime, ExecutorService asking) {
        this.guest = guest;
        this.nanoTime = nanoTime;
        this.asking = asking;
    }

    /**
     * Packets by reason, as last told; empty before.
     *
     * @param dropped how many there are in all by the latest heartbeat
     */
    Map<String, Long> of(Name name, MachineId machine, long dropped) {
        Answer known = answers.get(machine);
        boolean news = known == null ? dropped > 0 : dropped != known.dropped;
        boolean early = known != null && nanoTime.getAsLong() - known.askedNanos < LEAST_NANOS;
        if (news && !early) {
            Map<String, Long> before = known == null ? Map.of() : known.reasons;
            answers.put(machine, new Answer(nanoTime.getAsLong(), dropped, before));
            try {
                asking.execute(() -> ask(name, machine, dropped));
            } catch (RejectedExecutionException e) {
                LOG.debug("nobody is asked any more: the daemon ends", e);
            }
        }
        return known == null ? Map.of() : known.reasons;
    }

    private void ask(Name name, MachineId machine, long dropped) {
        try {
            Map<String, Long> reasons = Map.copyOf(guest.drops(name, machine));
            answers.computeIfPresent(machine, (id, before) -> new Answer(nanoTime.getAsLong(), dropped, reasons));
        } catch (RuntimeException e) {
            // It may be gone, or busy with another client: what it told before stands until it is asked again.
            LOG.debug("{} does not tell why it dropped packets", name, e);
            answers.computeIfPresent(machine, (id, before) -> new Answer(nanoTime.getAsLong(), -1, before.reasons));
        }
    }

    void keepOnly(Set<MachineId> machines) {
        answers.keySet().retainAll(machines);
    }

    @Override
    public void close() {
        asking.shutdownNow();
    }
}
