package org.flowstream.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Work that is shared by those who ask while it goes on. */
final class SharedWorkTest {
    private static final int ASKING = 16;
    private final ExecutorService askers = Executors.newFixedThreadPool(ASKING + 1);
    private final AtomicInteger times = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    @AfterEach
    void end() {
        askers.shutdownNow();
    }

    /** The first one holds until it may end; the second one fails where asked. */
    private SharedWork work(boolean secondFails) {
        return new SharedWork(() -> {
            int number = times.incrementAndGet();
            if (number == 1) {
                begun.countDown();
                awaitUninterrupted(mayEnd);
            } else if (secondFails && number == 2) {
                throw new IllegalStateException("the second");
            }
        });
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** So many ask while the first one's work goes on, and have all begun to wait. */
    private List<Future<?>> askWhileItGoesOn(SharedWork shared) throws InterruptedException {
        List<Future<?>> asked = new ArrayList<>();
        asked.add(askers.submit(shared::done));
        assertTrue(begun.await(20, TimeUnit.SECONDS));
        List<Thread> waiting = new ArrayList<>();
        CountDownLatch known = new CountDownLatch(ASKING);
        for (int i = 0; i < ASKING; i++) {
            asked.add(askers.submit(() -> {
                synchronized (waiting) {
                    waiting.add(Thread.currentThread());
                }
                known.countDown();
                shared.done();
            }));
        }
        assertTrue(known.await(20, TimeUnit.SECONDS));
        synchronized (waiting) {
            for (Thread each : waiting) {
                while (each.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
            }
        }
        return asked;
    }

    @Test
    void thoseWhoAskWhileItGoesOnShareTheNext() throws Exception {
        List<Future<?>> asked = askWhileItGoesOn(work(false));
        assertEquals(1, times.get());
        mayEnd.countDown();
        for (Future<?> each : asked) {
            each.get(20, TimeUnit.SECONDS);
        }
        assertEquals(2, times.get());
    }

    @Test
    void whoAsksAloneHasItDoneEachTime() {
        SharedWork shared = new SharedWork(times::incrementAndGet);
        shared.done();
        shared.done();
        assertEquals(2, times.get());
    }

    @Test
    void aFailureIsToldToTheOneWhoMetItAndTheOthersHaveItDoneAgain() throws Exception {
        List<Future<?>> asked = askWhileItGoesOn(work(true));
        mayEnd.countDown();
        int failed = 0;
        for (Future<?> each : asked) {
            try {
                each.get(20, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                failed++;
            }
        }
        assertEquals(1, failed);
        assertEquals(3, times.get());
    }

    @Test
    void aFailureLeavesItUsable() {
        SharedWork shared = new SharedWork(() -> {
            if (times.incrementAndGet() == 1) {
                throw new IllegalStateException("the first");
            }
        });
        assertThrows(IllegalStateException.class, shared::done);
        shared.done();
        assertEquals(2, times.get());
    }
}
