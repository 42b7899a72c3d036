package org.flowstream.openflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.flowstream.net.MacAddress;
import org.junit.jupiter.api.Test;

/** What the switch said, on its way to a slow listener. */
final class EventQueueTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    private final CountDownLatch hears = new CountDownLatch(1);
    private final List<Integer> heard = new CopyOnWriteArrayList<>();

    private final SwitchEvents listener = new SwitchEvents() {
        @Override
        public void packetIn(PacketIn packet) {}

        @Override
        public void portChanged(PortChange change) {
            try {
                hears.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            heard.add(change.port().number());
        }
    };

    private static PortChange change(int port) {
        return new PortChange(
                PortChange.Kind.CHANGED, new PortDescription(port, new MacAddress(port), "p" + port, 0, 0));
    }

    @Test
    void whoWaitsForItWaitsUntilAllThatWasSaidIsHeard() throws Exception {
        try (EventQueue queue = new EventQueue("test", listener)) {
            queue.add(change(1));
            queue.add(change(2));
            queue.add(change(3));
            FutureTask<List<Integer>> waits = new FutureTask<>(() -> {
                queue.await(BOUND);
                return List.copyOf(heard);
            });
            Thread thread = new Thread(waits);
            thread.start();
            await().atMost(BOUND).until(() -> thread.getState() == Thread.State.TIMED_WAITING);
            hears.countDown();
            assertThat(waits.get(BOUND.toSeconds(), TimeUnit.SECONDS)).containsExactly(1, 2, 3);
        }
    }

    @Test
    void nobodyWaitsForAListenerThatIsHeardNoMore() {
        EventQueue queue = new EventQueue("test", listener);
        queue.close();
        long begin = System.nanoTime();
        queue.await(BOUND);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(BOUND);
    }
}
