package org.flowstream.health;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.flowstream.image.FunctionTest;
import org.flowstream.model.MachineSpec;
import org.flowstream.template.Frame;
import org.flowstream.template.TemplateTest;

/**
 * Passes the frames of packet tests through a machine. They go in in the tests' order, by the tests' times; whether
 * nothing more comes out is seen by probes behind them, since a device's frames stay in order.
 */
final class FunctionTrial {
    /** What a test waits for at most, once all is sent. */
    private static final Duration PATIENCE = Duration.ofMillis(500);
    /** Of one frame in words; {@code template test} shows all. */
    private static final int MOST_WORDS = 160;

    private final Line line;
    private final List<String> devices;
    private final TestAddresses addresses;

    /** A machine's devices, by number. */
    interface Line {
        void send(int device, byte[] frame);

        /**
         * Waits until the machine has begun with all that was sent to these devices: what it makes of that at once leaves
         * before the answer to the next such question.
         *
         * @return why it has not; empty when it has
         */
        Optional<String> isTaken(List<Integer> devices) throws InterruptedException;

        /** Waits until so many frames have left by each device, so long at most. */
        void await(List<Integer> counts, Duration patience) throws InterruptedException;

        /** What has left by a device so far. */
        List<byte[]> left(int device);
    }

    FunctionTrial(Line line, MachineSpec machine) {
        this.line = line;
        this.devices = machine.devices().stream().map(MachineSpec.Device::name).toList();
        this.addresses = new TestAddresses(
                machine.devices().stream().map(MachineSpec.Device::mac).toList());
    }

    /** What is not as the test says, in one line; empty when it has passed. */
    Optional<String> run(FunctionTest test) throws InterruptedException {
        return differs(test).map(difference -> "\"" + test.name() + "\": " + difference);
    }

    private Optional<String> differs(FunctionTest test) throws InterruptedException {
        List<Integer> all = IntStream.range(0, devices.size()).boxed().toList();
        Optional<String> silent = send(test);
        if (silent.isPresent()) {
            return silent;
        }
        line.await(devices.stream().map(device -> expected(test, device).size()).toList(), PATIENCE);
        // All sent has been begun with: by each device these answers come behind what the machine made of it.
        Optional<String> lost = line.isTaken(all);
        if (lost.isPresent()) {
            return lost;
        }
        for (int device = 0; device < devices.size(); device++) {
            Optional<String> difference = compare(
                    devices.get(device),
                    expected(test, devices.get(device)),
                    line.left(device).stream().map(addresses::forTest).toList());
            if (difference.isPresent()) {
                return difference;
            }
        }
        return Optional.empty();
    }

    private static List<Frame> expected(FunctionTest test, String device) {
        return test.expected().getOrDefault(device, List.of());
    }

    /** Sends all; why the machine does not take them, if it does not. */
    private Optional<String> send(FunctionTest test) throws InterruptedException {
        List<TemplateTest.Send> sends = test.sends().stream()
                .sorted(Comparator.comparing(TemplateTest.Send::at).thenComparing(it -> devices.indexOf(it.device())))
                .toList();
        long begin = System.nanoTime();
        int last = -1;
        for (TemplateTest.Send send : sends) {
            int device = devices.indexOf(send.device());
            if (device < 0) {
                return Optional.of("the machine has no device '" + send.device() + "'");
            }
            // What two devices bring at the same time a machine may take in either order.
            Optional<String> silent = last >= 0 && device != last ? line.isTaken(List.of(last)) : Optional.empty();
            if (silent.isPresent()) {
                return silent;
            }
            awaitTime(begin + send.at().toNanos());
            line.send(device, addresses.forMachine(send.frame()));
            last = device;
        }
        return last < 0 ? Optional.empty() : line.isTaken(List.of(last));
    }

    private static void awaitTime(long nanos) throws InterruptedException {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private static Optional<String> compare(String device, List<Frame> expected, List<Frame> got) {
        for (int i = 0; i < Math.max(expected.size(), got.size()); i++) {
            String wanted = i < expected.size() ? words(expected.get(i)) : "nothing more";
            String found = i < got.size() ? words(got.get(i)) : "nothing";
            boolean same =
                    i < expected.size() && i < got.size() && expected.get(i).equals(got.get(i));
            if (!same) {
                return Optional.of(
                        "frame " + (i + 1) + " out of " + device + ": expected " + wanted + ", got " + found);
            }
        }
        return Optional.empty();
    }

    private static String words(Frame frame) {
        String text = frame.toString();
        return text.length() <= MOST_WORDS ? text : text.substring(0, MOST_WORDS) + "...";
    }
}
