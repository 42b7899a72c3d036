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
    // `devices`: INDEX NAME MAC received received_bytes sent ...
    private static final int RECEIVED = 3;
    private static final int SENT = 5;

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
        String goal = Long.toString(now);
        await(
                "its clock to come to " + goal,
                () -> control.text(SIMTIME).strip().equals(goal));
    }

    /** Gives frames to a device, and waits until the machine has done with them. */
    void take(int device, List<byte[]> frames) throws IOException {
        long goal = counters(RECEIVED).get(device) + frames.size();
        for (byte[] frame : frames) {
            wires.send(device, frame);
        }
        await(
                "device " + device + " to take its frames",
                () -> counters(RECEIVED).get(device) >= goal);
        goOn(now);
    }

    /** Lets the clock go on until this long has passed without a frame leaving. */
    void settle(Duration silence) throws IOException {
        List<Long> before;
        do {
            before = counters(SENT);
            goOn(now + silence.toNanos());
        } while (!before.equals(counters(SENT)));
        List<Long> sent = before;
        for (int device = 0; device < sent.size(); device++) {
            int each = device;
            await("what device " + device + " has sent", () -> wires.count(each) >= sent.get(each));
        }
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
