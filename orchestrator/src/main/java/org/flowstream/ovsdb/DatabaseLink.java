package org.flowstream.ovsdb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection to the database that is made again whenever it ends, and what the database holds, kept up to date. */
final class DatabaseLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseLink.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long FIRST_PAUSE_MS = 20;
    private static final long LONGEST_PAUSE_MS = 200;

    private final Path socket;
    private final Duration bound;
    private final Runnable changed;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Thread thread;

    private @Nullable OvsdbClient client;
    private @Nullable SwitchView view;
    private String reason = "not connected yet";

    DatabaseLink(Path socket, Duration bound, Runnable changed) {
        this.socket = socket;
        this.bound = bound;
        this.changed = changed;
        this.thread = new Thread(this::run, "ovsdb link " + socket.getFileName());
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        long pause = FIRST_PAUSE_MS;
        while (closed.getCount() > 0) {
            Replica replica = new Replica();
            try (OvsdbClient connection = OvsdbClient.open(socket, updates -> take(replica, updates), bound)) {
                locked(() -> client = connection);
                connection.monitor(Replica.DATABASE, Replica.requests(JSON), rows -> take(replica, rows));
                pause = FIRST_PAUSE_MS;
                lost(connection.ended().join());
            } catch (OvsdbException e) {
                lost(String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                LOG.error("{}: following the database failed", socket, e);
                lost(e.toString());
            }
            if (!sleep(pause)) {
                return;
            }
            pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
        }
    }

    private void take(Replica replica, JsonNode rows) {
        replica.apply(rows);
        SwitchView now = replica.view();
        locked(() -> {
            view = now;
            news.signalAll();
        });
        changed.run();
    }

    private void lost(String why) {
        locked(() -> {
            if (!reason.equals(why) && closed.getCount() > 0) {
                LOG.warn("{}", why);
            }
            client = null;
            view = null;
            reason = why;
            news.signalAll();
        });
        changed.run();
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    /** What the database holds now. */
    SwitchView view() {
        lock.lock();
        try {
            SwitchView known = view;
            if (known == null) {
                throw new OvsdbUnavailableException(reason);
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a question has an answer; through a reconnection too.
     *
     * @throws OvsdbTimeoutException naming what was waited for, when the bound has passed
     */
    <T> T await(Duration atMost, String what, Function<SwitchView, Optional<T>> question) {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (true) {
                SwitchView known = view;
                Optional<T> answer = known == null ? Optional.empty() : question.apply(known);
                if (answer.isPresent()) {
                    return answer.get();
                }
                if (left <= 0) {
                    throw new OvsdbTimeoutException(
                            "not within " + atMost.toMillis() + " ms: " + what + (known == null ? "; " + reason : ""));
                }
                left = news.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OvsdbTimeoutException("interrupted while waiting: " + what);
        } finally {
            lock.unlock();
        }
    }

    List<JsonNode> transact(Operations operations) {
        OvsdbClient live;
        lock.lock();
        try {
            live = client;
            if (live == null) {
                throw new OvsdbUnavailableException(reason);
            }
        } finally {
            lock.unlock();
        }
        return live.transact(Replica.DATABASE, operations.toList());
    }

    /** Waits; false when the link is closed meanwhile. */
    private boolean sleep(long milliseconds) {
        try {
            return !closed.await(milliseconds, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        closed.countDown();
        locked(() -> {
            if (client != null) {
                client.close();
            }
        });
        thread.interrupt();
        try {
            thread.join(bound.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
