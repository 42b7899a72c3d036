package org.flowstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.image.FunctionTest;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.PortName;
import org.flowstream.net.MacAddress;
import org.flowstream.net.PacketText;
import org.flowstream.template.Frame;
import org.flowstream.template.TemplateTest;
import org.junit.jupiter.api.Test;

/** Packet tests against machines that do this or that with a frame. */
final class FunctionTrialTest {
    private static final MacAddress OUTSIDE = MacAddress.parse("02:12:34:56:78:9a");
    private static final MacAddress INSIDE = MacAddress.parse("06:12:34:56:78:9a");
    private static final Frame ONE = frame("ether(dst=02:00:00:00:00:01, src=0a:00:00:00:00:07) / hex(\"01\")");
    private static final Frame TWO = frame("ether(dst=0a:00:00:00:00:07, src=0a:00:00:00:00:08) / hex(\"02\")");

    /** What a machine does with a frame that comes by a device. */
    @FunctionalInterface
    private interface Does {
        void with(int device, byte[] frame, List<List<byte[]>> out);
    }

    /** A machine of two devices; it takes a frame in when it is asked whether it has, as late as it may. */
    private static final class Machine implements FunctionTrial.Line {
        private final Does does;
        private final List<List<byte[]>> waiting = List.of(new ArrayList<>(), new ArrayList<>());
        private final List<List<byte[]>> out = List.of(new ArrayList<>(), new ArrayList<>());
        private final List<String> told = new ArrayList<>();
        private boolean silent;

        Machine(Does does) {
            this.does = does;
        }

        @Override
        public void send(int device, byte[] frame) {
            told.add("send " + device);
            waiting.get(device).add(frame);
        }

        @Override
        public Optional<String> isTaken(List<Integer> devices) {
            told.add("taken " + devices);
            for (int device : devices) {
                waiting.get(device).forEach(frame -> does.with(device, frame, out));
                waiting.get(device).clear();
            }
            return silent ? Optional.of("no probe came") : Optional.empty();
        }

        @Override
        public void await(List<Integer> counts, Duration patience) {
            told.add("await " + counts);
        }

        @Override
        public List<byte[]> left(int device) {
            return out.get(device);
        }
    }

    private static Frame frame(String text) {
        return Frame.of(PacketText.parse(text));
    }

    private static MachineSpec spec() {
        return Machines.machine(
                new MachineId(1),
                "fw",
                Machines.IMAGE,
                HealthSpec.STANDARD,
                List.of(
                        new MachineSpec.Device(0, "outside", PortName.parse("t0"), OUTSIDE),
                        new MachineSpec.Device(1, "inside", PortName.parse("t1"), INSIDE)));
    }

    private static TemplateTest.Send send(String device, int millis, Frame frame) {
        return new TemplateTest.Send(device, Duration.ofMillis(millis), frame);
    }

    private static Optional<String> run(Machine machine, FunctionTest test) throws InterruptedException {
        return new FunctionTrial(machine, spec()).run(test);
    }

    private static void pass(int device, byte[] frame, List<List<byte[]>> out) {
        out.get(1 - device).add(frame);
    }

    @Test
    void whatComesOutIsComparedInOrder() throws InterruptedException {
        FunctionTest both = new FunctionTest(
                "both ways",
                List.of(send("inside", 1, TWO), send("outside", 0, ONE)),
                Map.of("inside", List.of(ONE), "outside", List.of(TWO)));
        Machine wire = new Machine(FunctionTrialTest::pass);
        assertThat(run(wire, both)).isEmpty();
        assertThat(wire.told)
                .as("by its time, and the second device's after the first one's")
                .containsExactly("send 0", "taken [0]", "send 1", "taken [1]", "await [1, 1]", "taken [0, 1]");
        assertThat(run(new Machine((device, frame, out) -> {}), both))
                .contains("\"both ways\": frame 1 out of outside: expected " + TWO + ", got nothing");
    }

    @Test
    void whatIsNotExpectedMustNotComeOut() throws InterruptedException {
        FunctionTest none = new FunctionTest("nothing passes", List.of(send("outside", 0, ONE)), Map.of());
        assertThat(run(new Machine((device, frame, out) -> {}), none)).isEmpty();
        assertThat(run(new Machine(FunctionTrialTest::pass), none))
                .contains("\"nothing passes\": frame 1 out of inside: expected nothing more, got " + ONE);
        Machine changes = new Machine((device, frame, out) -> out.get(1).add(TWO.bytes()));
        assertThat(run(
                        changes,
                        new FunctionTest("x", List.of(send("outside", 0, ONE)), Map.of("inside", List.of(ONE)))))
                .contains("\"x\": frame 1 out of inside: expected " + ONE + ", got " + TWO);
    }

    @Test
    void aMachineThatTakesNothingInIsToldSo() throws InterruptedException {
        Machine machine = new Machine(FunctionTrialTest::pass);
        machine.silent = true;
        assertThat(run(machine, new FunctionTest("x", List.of(send("outside", 0, ONE)), Map.of())))
                .contains("\"x\": no probe came");
    }

    /** An answer to ARP, as a machine with addresses of its own gives it. */
    @Test
    void theMachinesAddressesStandWhereTheTestsDevicesDo() throws InterruptedException {
        Frame question =
                frame("ether(dst=ff:ff:ff:ff:ff:ff, src=0a:00:00:00:00:07) / arp(op=1, sha=0a:00:00:00:00:07)");
        Frame answer = frame(
                "ether(dst=0a:00:00:00:00:07, src=02:00:00:00:00:00) / arp(op=2, sha=02:00:00:00:00:00, tha=0a:00:00:00:00:07)");
        Machine machine = new Machine((device, frame, out) -> out.get(device)
                .add(PacketText.parse("ether(dst=0a:00:00:00:00:07, src=" + OUTSIDE + ") / arp(op=2, sha=" + OUTSIDE
                        + ", tha=0a:00:00:00:00:07)")));
        assertThat(run(
                        machine,
                        new FunctionTest(
                                "ARP", List.of(send("outside", 0, question)), Map.of("outside", List.of(answer)))))
                .isEmpty();
        Machine mine = new Machine((device, frame, out) -> {
            if (MacAddress.of(frame, 0).equals(INSIDE)) {
                out.get(0).add(frame);
            }
        });
        assertThat(run(mine, new FunctionTest("x", List.of(send("inside", 0, ONE)), Map.of("outside", List.of(ONE)))))
                .isEmpty();
    }
}
