package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Machines that are there and say nothing, with the daemon dead: what the switch does about them by itself, shown by
 * traffic. The stream is 500 numbered datagrams a second; pings bring traffic back, so that the switch asks at its pace.
 */
@Tag("long")
class LivenessTest {
    private static final int RATE = 500;
    private static final Duration BOUND = Duration.ofSeconds(30);
    /** What docs/promises.md promises of a machine that hangs under traffic. */
    private static final Duration PROMISED = Duration.ofSeconds(2);

    @RegisterExtension
    static final Lab LAB = Lab.withPorts();

    private static void signal(String name, long process) {
        Command.of("kill", "-" + name, Long.toString(process)).output();
    }

    private static void killDaemon() {
        signal("KILL", LAB.platform().daemon().pid());
    }

    private static Process ping() {
        return LAB.client()
                .command("ping", "-q", "-i", "0.02", LAB.server().ip4())
                .start(Path.of("/dev/null"));
    }

    /** The tap on which the machine speaks BFD. */
    private static String tap(Middlebox box) {
        var inspect = box.inspect();
        assertThat(inspect.path("liveness").asText()).isEqualTo("bfd up");
        return inspect.at("/devices/0/port").asText();
    }

    private static boolean isUp(String tap) {
        return Command.of("ovs-vsctl", "--if-exists", "get", "interface", tap, "bfd_status:state")
                .output()
                .startsWith("up");
    }

    /** Until traffic has come by the tap for so long that the switch asks at the pace that was set. */
    private static void awaitPace(String tap) {
        Wait.until(
                "BFD at its pace on " + tap,
                BOUND,
                () -> Command.of("ovs-appctl", "bfd/show", tap)
                        .output()
                        .lines()
                        .anyMatch(line -> line.strip().equals("RX Interval: Approx 500ms")));
    }

    private static long latest(Stream stream) {
        List<Stream.Arrival> arrivals = stream.arrivals();
        return arrivals.isEmpty()
                ? Long.MIN_VALUE
                : arrivals.get(arrivals.size() - 1).nanoseconds();
    }

    /** Waits until traffic arrives again that was stopped at the moment; answers how long nothing came. */
    private static Duration until(String what, Stream stream, long moment) {
        long[] again = {0};
        Wait.until(what, BOUND, () -> {
            List<Stream.Arrival> arrivals = stream.arrivals();
            for (int i = 1; i < arrivals.size(); i++) {
                long pause = arrivals.get(i).nanoseconds()
                        - Math.max(moment, arrivals.get(i - 1).nanoseconds());
                // What was under way at the moment still comes.
                if (arrivals.get(i).nanoseconds() > moment
                        && pause > Duration.ofMillis(200).toNanos()) {
                    again[0] = arrivals.get(i).nanoseconds();
                    return true;
                }
            }
            return false;
        });
        return Duration.ofNanos(again[0] - moment);
    }

    /** The daemon dies; then the stream has begun, and BFD is at its pace. */
    private static String alone(Middlebox box, Stream stream) {
        String tap = tap(box);
        killDaemon();
        stream.awaitArrivals(RATE, BOUND);
        awaitPace(tap);
        return tap;
    }

    @Test
    void withFailureOpenTrafficGoesAroundAMachineThatHangsAndBackThroughIt() throws IOException {
        Process ping = ping();
        long libvirt =
                Long.parseLong(Files.readString(Path.of("/run/libvirtd.pid")).strip());
        try (Middlebox wire = Middlebox.between(LAB, "wire", "w", "--failure", "open", "--hypervisor", "qemu");
                Stream stream = Stream.start(LAB.client(), LAB.server(), 7000, RATE, Duration.ofSeconds(15))) {
            long qemu = wire.qemu();
            String tap = alone(wire, stream);
            long stopped = System.nanoTime();
            signal("STOP", qemu);
            Duration around = until("traffic around the stopped machine", stream, stopped);
            long onward = System.nanoTime();
            signal("CONT", qemu);
            Wait.until("BFD up again", BOUND, () -> isUp(tap));
            Duration back = Duration.ofNanos(System.nanoTime() - onward);
            System.out.printf(
                    "machine stopped, daemon dead, failure open: around it after %d ms; back within %d ms%n",
                    around.toMillis(), back.toMillis());
            assertThat(around).isLessThan(PROMISED);
            assertThat(back).isLessThan(PROMISED);
            awaitPace(tap);

            // A panic; libvirtd, which would end the domain, has its say taken away as well.
            Duration panicked;
            try {
                long moment;
                try (Debugger debugger =
                        Debugger.attach(LAB.host(), wire.domain(), wire.folder().resolve("gdb.sock"))) {
                    signal("STOP", libvirt);
                    moment = System.nanoTime();
                    assertThat(debugger.jump(Debugger.NOWHERE)).isTrue();
                }
                panicked = until("traffic around the guest that panicked", stream, moment);
                assertThat(ProcessHandle.of(qemu)).as("its QEMU").isPresent();
            } finally {
                signal("CONT", libvirt);
            }
            System.out.printf(
                    "guest panicked, daemon and libvirtd out of action, failure open: around it after %d ms%n",
                    panicked.toMillis());
            assertThat(panicked).isLessThan(PROMISED);
            LAB.flowstream("daemon", "start").ok();
            Wait.until("BFD with the next machine", BOUND, () -> isUp(tap));
            assertThat(wire.qemu()).isNotEqualTo(qemu);
            Wait.until("traffic through it", BOUND, () -> wire.inward() > 0);
        } finally {
            ping.destroyForcibly();
        }
    }

    /** With an element that never returns: a script ends after a million jumps, these run one another so often. */
    private static final String ENDLESS = "FromDevice(0) -> inward :: Counter -> ToDevice(1);"
            + " FromDevice(1) -> ToDevice(0);"
            + " long :: Script(TYPE PASSIVE, label a, goto a);"
            + " longer :: Script(TYPE PASSIVE, label a, write long.run, goto a);"
            + " endless :: Script(TYPE PASSIVE, label a, write longer.run, goto a);";

    /** BFD goes down, and of what is sent from the moment on nothing arrives; answers how long BFD took. */
    private static Duration assertSilence(String tap, Stream stream, long moment) {
        Wait.until("BFD down", BOUND, () -> !isUp(tap));
        long down = System.nanoTime();
        // Long enough for a hundred datagrams to have found a way, if there were one.
        Wait.until("a fifth of a second", BOUND, () -> System.nanoTime() > down + 200_000_000L);
        assertThat(latest(stream))
                .as("the last arrival, beside what was under way")
                .isLessThan(moment + 50_000_000L);
        return Duration.ofNanos(down - moment);
    }

    @Test
    void withFailureClosedNothingPassesAMachineThatHangs() throws IOException {
        Process ping = ping();
        Path click = LAB.platform().home().resolve("endless.click");
        Files.writeString(click, ENDLESS);
        try (Middlebox box = Middlebox.between(LAB, click.toString(), "e", "--failure", "closed");
                Stream stream = Stream.start(LAB.client(), LAB.server(), 7001, RATE, Duration.ofSeconds(15))) {
            long qemu = box.qemu();
            String tap = alone(box, stream);
            signal("STOP", qemu);
            Duration stopped = assertSilence(tap, stream, System.nanoTime());
            signal("CONT", qemu);
            Wait.until(
                    "traffic through the machine again",
                    BOUND,
                    () -> isUp(tap) && latest(stream) > System.nanoTime() - 50_000_000L);
            awaitPace(tap);

            try (SocketChannel control = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                control.connect(UnixDomainSocketAddress.of(box.folder().resolve("control.sock")));
                control.write(ByteBuffer.wrap("WRITE endless.run\r\n".getBytes(StandardCharsets.US_ASCII)));
                Duration looped = assertSilence(tap, stream, System.nanoTime() + 100_000_000L);
                System.out.printf(
                        "failure closed, daemon dead: a stopped machine is seen after %d ms, an endless loop after %d ms%n",
                        stopped.toMillis(), looped.toMillis());
                assertThat(stopped).isLessThan(PROMISED);
                assertThat(looped).isLessThan(PROMISED);
                assertThat(ProcessHandle.of(qemu)).as("its QEMU").isPresent();
            }
            LAB.flowstream("daemon", "start").ok();
        } finally {
            ping.destroyForcibly();
        }
    }
}
