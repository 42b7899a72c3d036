package org.flowstream.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.flowstream.openflow.PacketIn;
import org.flowstream.rules.Cookie;

/**
 * What machines send before packets are steered to them: the switch hands it to us in place of passing it on. Safe for
 * all threads.
 */
final class FrameCatch {
    /** More than any test asks for: what a machine sends by itself is to take no memory. */
    private static final int MOST = 256;

    private final Map<Port, Caught> open = new ConcurrentHashMap<>();

    /** A port of a bridge, which the cookie of its chain's rules tells from those of other bridges. */
    private record Port(long cookie, int number) {}

    /** Catches what leaves a machine, until it is closed. */
    final class Caught implements AutoCloseable {
        private final long cookie;
        private final List<Integer> ports;
        private final List<List<byte[]>> frames = new ArrayList<>();

        private Caught(long cookie, List<Integer> ports) {
            this.cookie = cookie;
            this.ports = ports;
            ports.forEach(port -> frames.add(new ArrayList<>()));
        }

        private synchronized void add(PacketIn packet) {
            List<byte[]> of = frames.get(ports.indexOf(packet.inPort()));
            if (of.size() < MOST) {
                of.add(packet.data());
                notifyAll();
            }
        }

        /** What has left by a device so far. */
        synchronized List<byte[]> frames(int device) {
            return List.copyOf(frames.get(device));
        }

        /** Waits until so many frames have left by each device, so long at most. */
        synchronized void await(List<Integer> counts, long nanos) throws InterruptedException {
            long deadline = System.nanoTime() + nanos;
            while (!has(counts)) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return;
                }
                wait(left / 1_000_000, (int) (left % 1_000_000));
            }
        }

        private boolean has(List<Integer> counts) {
            for (int device = 0; device < counts.size(); device++) {
                if (frames.get(device).size() < counts.get(device)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public void close() {
            ports.forEach(port -> open.remove(new Port(cookie, port), this));
        }
    }

    /**
     * Begins to catch.
     *
     * @param cookie of the rules that hand the frames to us
     * @param ports of the machine's devices, in order
     */
    Caught open(long cookie, List<Integer> ports) {
        Caught caught = new Caught(cookie, List.copyOf(ports));
        ports.forEach(port -> open.put(new Port(cookie, port), caught));
        return caught;
    }

    /** Takes a packet-in; false when it is nothing that left a machine. */
    boolean take(PacketIn packet) {
        boolean left = Cookie.isOf(packet.cookie(), Cookie.Kind.LEAVE);
        Caught caught = left ? open.get(new Port(packet.cookie(), packet.inPort())) : null;
        if (caught != null) {
            caught.add(packet);
        }
        return left;
    }
}
