package org.flowstream.host;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** A capture at the tap of a machine's device, written as pcapng, until enough has come or nobody reads any more. */
public final class Capture implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMillis(200);
    private static final long STATISTICS_EVERY = 1_000_000_000L;

    private final Request request;
    private final PacketSocket socket;
    private final Clock clock;
    private long taken;
    private long lost;

    /**
     * What is to be captured.
     *
     * @param tap the interface
     * @param device what the file calls it: {@code fw.outside}
     * @param filter which frames
     * @param snaplen bytes that are kept of each frame, at least 1
     * @param count frames after which it ends; 0 for any number
     * @param duration after which it ends; zero for ever
     */
    public record Request(String tap, String device, FrameFilter filter, int snaplen, long count, Duration duration) {}

    private Capture(Request request, PacketSocket socket, Clock clock) {
        this.request = request;
        this.socket = socket;
        this.clock = clock;
    }

    /**
     * Begins to take frames.
     *
     * @throws IOException when there is no such interface
     */
    public static Capture open(Request request, Clock clock) throws IOException {
        return new Capture(request, PacketSocket.open(request.tap(), request.filter()), clock);
    }

    /**
     * Writes the file until it ends. Each second a block tells how many frames were lost, so that a reader that is gone is
     * noticed.
     *
     * @throws IOException when the reader is gone
     */
    public void run(OutputStream out) throws IOException {
        try {
            write(out);
        } catch (UncheckedIOException e) {
            throw new IOException(e.getCause());
        }
    }

    @Override
    public void close() {
        socket.close();
    }

    private void write(OutputStream out) throws IOException {
        out.write(Pcapng.head("flowstream", request.device(), "tap " + request.tap(), request.snaplen()));
        out.flush();
        long begun = System.nanoTime();
        long told = begun;
        while (!ended(begun)) {
            long before = taken;
            socket.receive(patience(begun), request.snaplen(), frame -> write(frame, out));
            lost += socket.lost();
            if (System.nanoTime() - told >= STATISTICS_EVERY) {
                out.write(statistics());
                told = System.nanoTime();
                out.flush();
            } else if (taken > before) {
                out.flush();
            }
        }
        out.write(statistics());
        out.flush();
    }

    private boolean ended(long begun) {
        boolean late = !request.duration().isZero()
                && System.nanoTime() - begun >= request.duration().toNanos();
        return late || enough();
    }

    private boolean enough() {
        return request.count() > 0 && taken >= request.count();
    }

    private Duration patience(long begun) {
        if (request.duration().isZero()) {
            return PATIENCE;
        }
        Duration left = request.duration().minusNanos(System.nanoTime() - begun);
        // At least a millisecond, so that poll() does not spin at the end.
        return left.compareTo(PATIENCE) > 0 ? PATIENCE : left.plusMillis(1);
    }

    private void write(CapturedFrame frame, OutputStream out) {
        if (enough()) {
            return;
        }
        taken++;
        try {
            // What the host sends by a tap comes into the machine's device.
            out.write(Pcapng.packet(frame, frame.outgoing()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] statistics() {
        Instant now = clock.instant();
        return Pcapng.statistics(now.getEpochSecond() * 1_000_000_000L + now.getNano(), taken + lost, lost);
    }
}
