package org.flowstream.firstpacket;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.flowstream.chain.InstanceKey;
import org.flowstream.model.DeclaredChain;

/**
 * One part of a flow on its way to an instance: the packets that came to us meanwhile, in order. Packets are added by the
 * switch's thread and taken by the one that sets up.
 */
final class SetUp {
    /** Packets that are kept of one flow, at most; what comes beyond them is lost and counted. */
    private static final int MOST_HELD = 1024;

    private final DeclaredChain chain;
    private final InstanceKey key;
    private final long beganNanos;
    private final List<Held> held = new ArrayList<>();
    private long latestNanos;
    private long lost;
    private boolean finished;

    SetUp(DeclaredChain chain, InstanceKey key, long now) {
        this.chain = chain;
        this.key = key;
        this.beganNanos = now;
        this.latestNanos = now;
    }

    /** A packet and the side that it came by: 0 the first external port, 1 the second. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Held(int side, byte[] bytes) {}

    DeclaredChain chain() {
        return chain;
    }

    InstanceKey key() {
        return key;
    }

    long beganNanos() {
        return beganNanos;
    }

    /** Takes a packet in; false when all is over and it has to go another way. */
    synchronized boolean add(Held packet, long now) {
        if (finished) {
            return false;
        }
        latestNanos = now;
        if (held.size() == MOST_HELD) {
            lost++;
        } else {
            held.add(packet);
        }
        notifyAll();
        return true;
    }

    /** All that is held, which is held no more. */
    synchronized List<Held> drain() {
        List<Held> packets = List.copyOf(held);
        held.clear();
        return packets;
    }

    /**
     * Waits for packets until none has come for a time.
     *
     * @param since a moment from which that time is counted at the earliest
     * @return more packets; empty when it is over: then no more are taken in
     */
    synchronized Optional<List<Held>> more(long since, long quietNanos) throws InterruptedException {
        while (held.isEmpty()) {
            long left = Math.max(since, latestNanos) + quietNanos - System.nanoTime();
            if (left <= 0) {
                finished = true;
                return Optional.empty();
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        return Optional.of(drain());
    }

    /** Ends it; what was held is returned. */
    synchronized List<Held> abandon() {
        finished = true;
        return drain();
    }

    synchronized long lost() {
        return lost;
    }
}
