package org.flowstream.trial;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.control.ControlClient;

/** A booted machine whose clock stands (docs/contracts.md, 6): it is told how far to go on, and is then waited for. */
final class TrialMachine {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String SIMTIME = "simtime";
    /** So many have room in a device's ring: more of one instant may be taken in several goes. */
    private static final int MOST_TOGETHER = 16;

    // `devices`: INDEX NAME MAC received received_bytes sent ...
    private static final int SENT = 5;

    /** A frame for a device. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Arrival(int device, byte[] frame) {}

    private final ControlClient control;
    private final Wires wires;
    private long now;

    /**
     * The machine.
     *
     * @param begin where its clock stands
     */
    TrialMachine(ControlClient control, Wires wires, long begin) throws IOException {
        this.control = control;
        this.wires = wires;
        this.now = begin;
        goOn(begin);
    }

    /** Lets the clock go on to a time, and waits until all is done that is to be done by then. */
    void goOn(long to) throws IOException {
        now = Math.max(now, to);
        control.write(SIMTIME, Long.toString(now).getBytes(StandardCharsets.UTF_8));
        await();
    }

    /** Gives frames to devices, all at this instant, and waits until the machine has done with them. */
    void take(List<Arrival> frames) throws IOException {
        String order = now + " " + Math.min(frames.size(), MOST_TOGETHER);
        control.write(SIMTIME, order.getBytes(StandardCharsets.UTF_8));
        for (Arrival each : frames) {
            wires.send(each.device(), each.frame());
        }
        await();
    }

    private void await() throws IOException {
        String goal = now + " ";
        await("its clock to come to " + now, () -> control.text(SIMTIME).startsWith(goal));
    }

    /** Lets the clock go on until this long has passed since a frame came or left. */
    void settle(Duration silence) throws IOException {
        while (latest() + silence.toNanos() > now) {
            goOn(latest() + silence.toNanos());
        }
        List<Long> sent = counters(SENT);
        for (int device = 0; device < sent.size(); device++) {
            int each = device;
            await("what device " + device + " has sent", () -> wires.count(each) >= sent.get(each));
        }
    }

    private long latest() throws IOException {
        return Long.parseLong(control.text(SIMTIME).strip().split(" ", -1)[1]);
    }

    String read(String handler) throws IOException {
        return control.text(handler);
    }

    private List<Long> counters(int column) throws IOException {
        List<Long> values = new ArrayList<>();
        for (String line : control.text("devices").lines().toList()) {
            values.add(Long.parseLong(line.split("\t", -1)[column]));
        }
        return values;
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(String what, Condition condition) throws IOException {
        long deadline = System.nanoTime() + BOUND.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("waited " + BOUND.toSeconds() + " s for " + what);
            }
        }
    }
}
