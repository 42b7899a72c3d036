package org.flowstream.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;

/**
 * The input gates of a guest's devices (docs/contracts.md 5, "First packets"): closed, they hold what the switch sends,
 * while frames that are handed over by the control channel pass first. One conversation's; not for two threads at once.
 */
public final class InputGate {
    /** What a guest keeps for one device, at most, and hence what one write hands over. */
    static final int MOST_FRAMES = 64;
    /** Bytes of one write. */
    private static final int MOST_BYTES = 32 * 1024;

    private static final int RECORD = 4;
    private static final int TOO_LONG = 0x1_0000;
    private static final long AGAIN_NANOS = 100_000;
    private static final int MOST_TRIES = 200;

    private final ControlClient session;

    public InputGate(ControlClient session) {
        this.session = session;
    }

    /** Closes the gates of all devices. */
    public void close() throws IOException {
        session.write("gate", new byte[] {'c', 'l', 'o', 's', 'e', 'd'});
    }

    /** Opens the gates of all devices. */
    public void open() throws IOException {
        session.write("gate", new byte[] {'o', 'p', 'e', 'n'});
    }

    /** One frame on its way to a device; the bytes are not copied. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Frame(int device, byte[] bytes) {}

    /** Hands frames over, in order. */
    public void handOver(Collection<Frame> frames) throws IOException {
        Queue<Frame> left = new ArrayDeque<>(frames);
        while (!left.isEmpty()) {
            List<Frame> some = new ArrayList<>();
            int bytes = 0;
            while (!left.isEmpty() && some.size() < MOST_FRAMES && bytes < MOST_BYTES) {
                Frame next = left.remove();
                some.add(next);
                bytes += next.bytes().length;
            }
            write(records(some));
        }
    }

    /** A guest that has no room yet says so; it makes room within microseconds. */
    private void write(byte[] records) throws IOException {
        for (int tries = 0; ; tries++) {
            try {
                session.write("inject", records);
                return;
            } catch (HandlerException e) {
                if (tries == MOST_TRIES || !String.valueOf(e.getMessage()).contains("busy")) {
                    throw e;
                }
                java.util.concurrent.locks.LockSupport.parkNanos(AGAIN_NANOS);
            }
        }
    }

    static byte[] records(List<Frame> frames) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (Frame frame : frames) {
            int length = frame.bytes().length;
            if (length == 0 || length >= TOO_LONG) {
                throw new IllegalArgumentException("a frame of " + length + " bytes");
            }
            records.write(frame.device());
            records.write(0);
            records.write(length & 0xff);
            records.write(length >> 8);
            records.writeBytes(frame.bytes());
        }
        // What is written to a handler loses a newline at its end, as in Click; a frame may end with one. An empty
        // record of flags 0 asks for nothing.
        records.writeBytes(new byte[RECORD]);
        return records.toByteArray();
    }
}
