package org.flowstream.qemutests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.flowstream.qemutests.OwnHost.Part;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every fault under traffic, on a host of the test's own. Two chains stand beside others' things all the time:
 *
 * <pre>
 *   client ── udp 7000 ── [c, failure closed] ── server        each machine marks what passes it, so that each datagram
 *   client ── udp 7001 ── [o, failure open]   ── server        tells whether it passed its chain or went around
 *   others ── udp 7100 ── a bridge of theirs  ── others
 * </pre>
 */
@Tag("endurance")
@Timeout(60)
class FaultMatrixTest {
    private static final int RATE = 250;
    private static final Duration BOUND = Duration.ofSeconds(25);
    /** What docs/promises.md promises: all is as before, from the last part's return on. */
    private static final Duration CONVERGED = Duration.ofSeconds(10);
    /** A switch that has lost its rules has them again, from its return on, or from the daemon's if that is later. */
    private static final Duration RULES = Duration.ofSeconds(2);
    /** A machine that hangs is seen by the switch. */
    private static final Duration SEEN = Duration.ofSeconds(2);
    /** One that ends is. */
    private static final Duration ENDED = Duration.ofMillis(50);
    /** As init takes to start a daemon again. */
    private static final Duration INIT = Duration.ofSeconds(3);
    /** DSCP 10, which the machines set. */
    private static final int MARK = 10 << 2;

    private static final int CHAINS = 100;

    /** A script ends after a million jumps; these run one another so often: an element that never returns. */
    private static final String MARKS = """
            FromDevice(0) -> MarkIPHeader(14) -> inward :: Counter -> SetIPDSCP(10) -> ToDevice(1);
            FromDevice(1) -> MarkIPHeader(14) -> SetIPDSCP(10) -> ToDevice(0);
            long :: Script(TYPE PASSIVE, label a, goto a);
            longer :: Script(TYPE PASSIVE, label a, write long.run, goto a);
            endless :: Script(TYPE PASSIVE, print "endless", label a, write longer.run, goto a);
            """;

    @RegisterExtension
    static final Lab LAB = Lab.withHostOfItsOwn();

    private static Foreigners foreigners;
    private static Middlebox closed;
    private static Middlebox open;
    private static Inventory inventory;

    @BeforeAll
    static void chains() throws IOException {
        foreigners = Foreigners.make(LAB.ownHost());
        Path click = LAB.platform().home().resolve("marks.click");
        Files.writeString(click, MARKS);
        closed = chain("c", click, 7000, "closed");
        open = chain("o", click, 7001, "open");
        inventory = Inventory.of(LAB.host());
        System.out.printf("what must be the same after each fault: %s%n", inventory.counts());
    }

    private static Middlebox chain(String name, Path click, int port, String failure) {
        return Middlebox.between(
                LAB,
                click.toString(),
                name,
                "--flow",
                "udp,tp_dst=" + port,
                "--failure",
                failure,
                "--hypervisor",
                "qemu");
    }

    @AfterAll
    static void away() {
        all();
        closed.close();
        open.close();
        foreigners.close();
    }

    /** What happens. */
    @FunctionalInterface
    private interface Deed {
        void happen() throws IOException;
    }

    /** What the traffic shows of a fault. */
    private enum Effect {
        /** Nothing: no packet is lost, and the machines are the same. */
        NONE,
        /** The machines are others afterwards; until then the failure policies hold. */
        MACHINES,
        /** Nothing passes until the switch is back; the machines are the same. */
        SWITCH,
        /**
         * The same while the database is away: where Open vSwitch's datapath is in user space it forwards in the thread
         * that waits for the database.
         */
        DATABASE,
        /** All of it has ended. */
        HOST
    }

    /**
     * A fault.
     *
     * @param strike what happens
     * @param mend what is done about it by others than us, some time later
     * @param effect until our daemon has healed it
     * @param seen within which the switch does what the policies say, where the machines go
     */
    private record Fault(String name, Deed strike, Deed mend, Effect effect, Duration seen) {
        Fault(String name, Deed strike, Deed mend, Effect effect) {
            this(name, strike, mend, effect, SEEN);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final Deed NOTHING = () -> {};

    /** All, or with {@code -Dfault=TEXT} those whose names contain the text. */
    static List<Fault> faults() {
        return table().stream()
                .filter(fault -> fault.name.contains(System.getProperty("fault", "")))
                .toList();
    }

    private static List<Fault> table() {
        return List.of(
                new Fault("QEMU killed", () -> qemus().forEach(Proc::kill), NOTHING, Effect.MACHINES, ENDED),
                new Fault("guest panics", FaultMatrixTest::panic, NOTHING, Effect.MACHINES),
                new Fault("QEMU stopped", FaultMatrixTest::stop, NOTHING, Effect.MACHINES),
                new Fault("element never returns", FaultMatrixTest::loop, NOTHING, Effect.MACHINES),
                new Fault("daemon killed", FaultMatrixTest::killDaemon, FaultMatrixTest::startDaemon, Effect.NONE),
                restarted(Part.LIBVIRTD, Effect.NONE),
                restarted(Part.VIRTLOGD, Effect.NONE),
                restarted(Part.OVSDB, Effect.DATABASE),
                restarted(Part.VSWITCHD, Effect.SWITCH),
                new Fault(
                        "daemon and ovs-vswitchd killed",
                        () -> {
                            killDaemon();
                            LAB.ownHost().kill(Part.VSWITCHD);
                        },
                        () -> {
                            LAB.ownHost().start(Part.VSWITCHD);
                            startDaemon();
                        },
                        Effect.SWITCH),
                new Fault(
                        "QEMU and virtlogd killed",
                        () -> {
                            LAB.ownHost().kill(Part.VIRTLOGD);
                            qemus().forEach(Proc::kill);
                        },
                        () -> LAB.ownHost().start(Part.VIRTLOGD),
                        Effect.MACHINES,
                        ENDED),
                alone("QEMU killed", () -> qemus().forEach(Proc::kill)),
                alone("QEMU stopped", FaultMatrixTest::stop),
                alone("element never returns", FaultMatrixTest::loop),
                new Fault(
                        "guest panics, daemon and libvirtd dead",
                        () -> {
                            killDaemon();
                            awaitPace();
                            List<Debugger> debuggers = attach();
                            LAB.ownHost().kill(Part.LIBVIRTD);
                            jump(debuggers);
                        },
                        FaultMatrixTest::startLibvirtAndDaemon,
                        Effect.MACHINES),
                new Fault(
                        "controller connection cut",
                        () -> LAB.ownHost().way().cut(),
                        () -> LAB.ownHost().way().mend(),
                        Effect.NONE),
                new Fault(
                        "controller connection cut, QEMU killed",
                        () -> {
                            LAB.ownHost().way().cut();
                            qemus().forEach(Proc::kill);
                        },
                        () -> LAB.ownHost().way().mend(),
                        Effect.MACHINES,
                        ENDED),
                new Fault(
                        "disk full, QEMU killed",
                        () -> {
                            fillDisk();
                            qemus().forEach(Proc::kill);
                        },
                        () -> {
                            refusesOnFullDisk();
                            Files.delete(filler());
                        },
                        Effect.MACHINES,
                        ENDED),
                clock("clock an hour ahead, QEMU killed", Duration.ofHours(1)),
                clock("clock a day back, QEMU killed", Duration.ofDays(-1)),
                new Fault("host restarts", FaultMatrixTest::reboot, FaultMatrixTest::boot, Effect.HOST));
    }

    private static Fault restarted(Part part, Effect effect) {
        return new Fault(
                part + " killed",
                () -> LAB.ownHost().kill(part),
                () -> LAB.ownHost().start(part),
                effect);
    }

    /** With nobody there but the switch. */
    private static Fault alone(String what, Deed strike) {
        return new Fault(
                what + ", daemon and libvirtd dead",
                () -> {
                    killDaemon();
                    LAB.ownHost().kill(Part.LIBVIRTD);
                    awaitPace();
                    strike.happen();
                },
                FaultMatrixTest::startLibvirtAndDaemon,
                Effect.MACHINES);
    }

    private static Fault clock(String name, Duration ahead) {
        return new Fault(
                name,
                () -> {
                    LAB.ownHost().shiftClock(ahead);
                    qemus().forEach(Proc::kill);
                },
                () -> LAB.ownHost().shiftClock(Duration.ZERO),
                Effect.MACHINES,
                ENDED);
    }

    private static List<Long> qemus() {
        return List.of(closed.qemu(), open.qemu());
    }

    private static void stop() {
        awaitPace();
        qemus().forEach(qemu -> Proc.signal("STOP", qemu));
    }

    private static void loop() throws IOException {
        awaitPace();
        for (Middlebox box : List.of(closed, open)) {
            long before = loops(box);
            try (SocketChannel control = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                control.connect(UnixDomainSocketAddress.of(box.folder().resolve("control.sock")));
                control.write(ByteBuffer.wrap("WRITE endless.run\r\n".getBytes(StandardCharsets.US_ASCII)));
                // Closing the channel ends the session, with what the guest has not read of it yet.
                Wait.until("the loop of " + box.name(), BOUND, () -> loops(box) > before);
            }
        }
    }

    /** How often a chain's machines have begun the loop, as their console tells. */
    private static long loops(Middlebox box) throws IOException {
        Path console = LAB.platform().home().resolve("log").resolve(box.folder().getFileName() + ".log");
        try (var lines = Files.lines(console)) {
            return lines.filter(line -> line.equals("endless")).count();
        }
    }

    private static void panic() {
        List.of(closed, open).forEach(box -> Debugger.panic(LAB.host(), box));
    }

    /** Both guests stand still then. */
    private static List<Debugger> attach() {
        List<Debugger> debuggers = new ArrayList<>();
        for (Middlebox box : List.of(closed, open)) {
            Path socket = box.folder().resolve("gdb" + System.nanoTime() + ".sock");
            debuggers.add(Debugger.attach(LAB.host(), box.domain(), socket));
        }
        return debuggers;
    }

    private static void jump(List<Debugger> debuggers) {
        for (Debugger debugger : debuggers) {
            assertThat(debugger.jump(Debugger.NOWHERE))
                    .as("the jump to nowhere")
                    .isTrue();
            debugger.close();
        }
    }

    private static void killDaemon() {
        Proc.kill(LAB.platform().daemon().pid());
    }

    private static void startDaemon() {
        LAB.flowstream("daemon", "start").ok();
    }

    private static void startLibvirtAndDaemon() {
        LAB.ownHost().start(Part.LIBVIRTD);
        startDaemon();
    }

    private static Path filler() {
        return LAB.ownHost().state().resolve("filler");
    }

    private static void fillDisk() throws IOException {
        byte[] block = new byte[4096];
        try (var file = Files.newOutputStream(filler())) {
            while (true) {
                file.write(block);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private static void refusesOnFullDisk() {
        Command.Result run =
                LAB.flowstream("run", "wire", "--name", "w", "--between", LAB.between(), "--flow", "udp,tp_dst=7003");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).containsAnyOf("disk", "No space left");
    }

    private static void reboot() throws IOException {
        killDaemon();
        qemus().forEach(Proc::kill);
        Proc.kill(foreigners.qemu());
        for (Part part : List.of(Part.LIBVIRTD, Part.VIRTLOGD, Part.VSWITCHD, Part.OVSDB)) {
            LAB.ownHost().kill(part);
        }
        Command.of("ip", "-o", "link", "show")
                .output()
                .lines()
                .map(line -> line.replaceFirst("^\\d+: ([^:@]+).*", "$1"))
                .filter(name -> name.matches("fs[0-9a-z]{9}"))
                .filter(FaultMatrixTest::isOurs)
                .forEach(tap -> Command.of("ip", "link", "del", tap).output());
        LAB.ownHost().emptyRunFolders();
        LAB.platform().emptyRunFolder();
    }

    private static boolean isOurs(String tap) {
        try {
            return Files.readString(Path.of("/sys/class/net", tap, "ifalias"))
                    .contains(LAB.ownHost().state().toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void boot() {
        for (Part part : List.of(Part.OVSDB, Part.VSWITCHD, Part.VIRTLOGD, Part.LIBVIRTD)) {
            LAB.ownHost().start(part);
        }
        startDaemon();
    }

    /** Until traffic has come by their taps for so long that the switch asks both machines at the pace that was set. */
    private static void awaitPace() {
        Wait.until("BFD at its pace", BOUND, () -> {
            String sessions = LAB.ownHost().appctl("bfd/show").ok().out();
            return sessions.lines()
                            .filter(line -> line.strip().equals("RX Interval: Approx 500ms"))
                            .count()
                    == 2;
        });
    }

    /** The streams of a fault, and what they show so far. */
    private static final class Traffic implements AutoCloseable {
        private final Stream throughClosed = Stream.answered(LAB.client(), LAB.server(), 7000, RATE);
        private final Stream throughOpen = Stream.answered(LAB.client(), LAB.server(), 7001, RATE);
        private final Stream ofOthers = foreigners.stream(RATE);

        private void awaitMore() {
            for (Stream stream : List.of(throughClosed, throughOpen, ofOthers)) {
                stream.awaitArrivals(stream.arrivals().size() + RATE / 2, BOUND);
            }
        }

        /** Whether what comes now has passed its machine, both ways. */
        private boolean passesMachines() {
            return isMarkedNow(throughClosed) && isMarkedNow(throughOpen);
        }

        @Override
        public void close() {
            throughClosed.close();
            throughOpen.close();
            ofOthers.close();
        }
    }

    private static boolean isMarkedNow(Stream stream) {
        List<Stream.Arrival> arrivals = stream.arrivals();
        return !arrivals.isEmpty()
                && isMarked(arrivals.get(arrivals.size() - 1))
                && System.nanoTime() - arrivals.get(arrivals.size() - 1).nanoseconds() < 100_000_000;
    }

    private static boolean isMarked(Stream.Arrival arrival) {
        return arrival.tos() == MARK;
    }

    private static long unmarked(Stream.Outcome outcome) {
        return outcome.arrived().stream().filter(arrival -> !isMarked(arrival)).count();
    }

    private static Duration since(long moment) {
        return Duration.ofNanos(System.nanoTime() - moment);
    }

    /** How long after the moment the first marked datagram came that had not been under way. */
    private static Duration markedAgain(Stream.Outcome outcome, long moment) {
        return outcome.arrived().stream()
                .filter(arrival -> isMarked(arrival) && arrival.nanoseconds() > moment)
                .findFirst()
                .map(arrival -> Duration.ofNanos(arrival.nanoseconds() - moment))
                .orElseThrow(() -> new AssertionError("nothing passed the machine any more"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void theHostReturnsToWhatWasDeclared(Fault fault) throws IOException {
        all();
        // What ended in earlier faults is forgiven.
        LAB.flowstream("start", "c", "o").ok();
        String others = foreigners.state();
        long theirs = foreigners.qemu();
        List<Long> machines = qemus();
        try (Traffic traffic = new Traffic()) {
            traffic.awaitMore();
            fault.strike.happen();
            long struck = System.nanoTime();
            if (fault.effect == Effect.MACHINES) {
                Wait.until(
                        "traffic around the open chain's machine",
                        BOUND,
                        () -> traffic.throughOpen.arrivals().stream().anyMatch(arrival -> !isMarked(arrival)));
            }
            if (fault.mend != NOTHING) {
                Wait.until("three seconds", BOUND, () -> since(struck).compareTo(INIT) > 0);
            }
            long begun = System.nanoTime();
            fault.mend.happen();
            long mended = fault.mend == NOTHING ? struck : System.nanoTime();
            if (fault.effect == Effect.SWITCH || fault.effect == Effect.HOST) {
                foreigners.makeRules();
            }
            Wait.until(
                    "all to be as before",
                    BOUND,
                    () -> traffic.passesMachines()
                            && (fault.effect != Effect.MACHINES || others(machines))
                            && Inventory.of(LAB.host()).equals(inventory));
            Duration converged = since(mended);
            traffic.awaitMore();
            assertOthersAreAsBefore(fault, others, theirs);
            judge(fault, traffic, machines, begun, converged);
        }
    }

    /** All parts run, also when an earlier fault was not healed. */
    private static void all() {
        LAB.ownHost().startMissing();
        startDaemon();
    }

    private static boolean others(List<Long> machines) {
        return qemus().stream().noneMatch(machines::contains);
    }

    private static void assertOthersAreAsBefore(Fault fault, String before, long qemu) {
        assertThat(foreigners.state()).as("bridge, port and rules of others").isEqualTo(before);
        if (fault.effect == Effect.HOST) {
            foreigners.makeDomain();
        } else {
            assertThat(foreigners.qemu()).as("the domain of others").isEqualTo(qemu);
        }
        assertThat(foreigners.runs()).isTrue();
    }

    private static void judge(Fault fault, Traffic traffic, List<Long> machines, long begun, Duration converged) {
        Stream.Outcome throughClosed = traffic.throughClosed.end(BOUND);
        Stream.Outcome throughOpen = traffic.throughOpen.end(BOUND);
        Stream.Outcome ofOthers = traffic.ofOthers.end(BOUND);
        long around = unmarked(throughOpen);
        System.out.printf(
                "%s: as before after %d ms; closed: %d of %d lost; open: %d of %d lost, %d ms in a row, %d went around;"
                        + " through it again %d ms after the mend began; others: %d of %d lost%n",
                fault,
                converged.toMillis(),
                throughClosed.lost(),
                throughClosed.sent(),
                throughOpen.lost(),
                throughOpen.sent(),
                throughOpen.lostInARow() * 1000 / RATE,
                around,
                markedAgain(throughClosed, begun).toMillis(),
                ofOthers.lost(),
                ofOthers.sent());
        assertThat(unmarked(throughClosed))
                .as("failure closed: nothing goes around")
                .isZero();
        assertThat(converged).isLessThan(CONVERGED);
        switch (fault.effect) {
            case NONE -> {
                assertThat(throughClosed.lost() + throughOpen.lost()).isZero();
                assertThat(throughClosed.inOrder() && throughOpen.inOrder())
                        .as("in order")
                        .isTrue();
                assertThat(around).isZero();
                assertThat(qemus()).isEqualTo(machines);
            }
            case MACHINES -> {
                assertThat(throughOpen.lostInARow() * 1000 / RATE)
                        .as("milliseconds until it goes around")
                        .isLessThan(fault.seen.toMillis());
                assertThat(throughClosed.lost()).isGreaterThan(0);
            }
            case SWITCH -> {
                assertThat(qemus()).isEqualTo(machines);
                assertThat(converged).isLessThan(RULES);
            }
            case DATABASE -> assertThat(qemus()).isEqualTo(machines);
            case HOST -> {}
        }
        if (fault.effect == Effect.NONE || fault.effect == Effect.MACHINES) {
            assertThat(ofOthers.lost()).as("of others' traffic").isZero();
        }
    }

    private static void apply(String objects) {
        try {
            Path file = LAB.platform().home().resolve("more.json");
            Files.writeString(file, objects);
            LAB.flowstream("apply", "-f", file.toString(), "--set", "more", "--prune")
                    .ok();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A chain whose machines come with packets. */
    private static String onDemand(String name, String flow, String failure) {
        return """
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "%s", "spec": {
                   "between": ["%s", "%s"], "flow": "%s", "instances": "per-connection",
                   "start": "first-packet", "idle": "5s", "failure": "%s", "middleboxes": [{"click": "marks.click"}]}}
                """.formatted(name, LAB.client().port(), LAB.server().port(), flow, failure);
    }

    private static long rules() {
        return Inventory.of(LAB.host()).counts().getOrDefault("rules", 0L);
    }

    @Test
    void withTheDaemonDeadNewConnectionsMeetThePolicyWithinFiveSeconds() {
        apply("[" + onDemand("fc", "udp,tp_dst=7010", "closed") + "," + onDemand("fo", "udp,tp_dst=7011", "open")
                + "]");
        Wait.until(
                "both leases",
                BOUND,
                () -> LAB.host()
                                .command("ovs-ofctl", "dump-flows", Platform.bridge())
                                .output()
                                .lines()
                                .filter(line -> line.contains("cookie=0x466c08"))
                                .count()
                        >= 2);
        killDaemon();
        long dead = System.nanoTime();
        try (Stream throughClosed = Stream.answered(LAB.client(), LAB.server(), 7010, RATE);
                Stream throughOpen = Stream.answered(LAB.client(), LAB.server(), 7011, RATE)) {
            throughOpen.awaitArrivals(1, BOUND);
            Duration around = since(dead);
            throughOpen.awaitArrivals(RATE, BOUND);
            assertThat(throughClosed.arrivals()).isEmpty();
            startDaemon();
            long back = System.nanoTime();
            Wait.until(
                    "traffic through their machines",
                    BOUND,
                    () -> isMarkedNow(throughClosed) && isMarkedNow(throughOpen));
            Duration through = since(back);
            System.out.printf(
                    "new connections, daemon dead, failure open: around after %d ms; daemon back: through machines after %d ms%n",
                    around.toMillis(), through.toMillis());
            assertThat(around).isLessThan(Duration.ofSeconds(5));
            assertThat(through).isLessThan(CONVERGED);
            assertThat(unmarked(throughClosed.end(BOUND))).isZero();
        } finally {
            apply("[]");
        }
        Wait.until("nothing of them", BOUND, () -> Inventory.of(LAB.host()).equals(inventory));
    }

    @Test
    void aThousandRulesAreBackWithinTwoSecondsOfTheSwitch() {
        List<String> chains = new ArrayList<>();
        for (int n = 0; n < CHAINS; n++) {
            chains.add(onDemand("n" + n, "tcp,nw_dst=198.19." + n / 250 + "." + n % 250, "open"));
        }
        long before = rules();
        apply("[" + String.join(",", chains) + "]");
        try {
            long[] number = {0};
            Wait.until("rules of all chains", BOUND, () -> {
                long last = number[0];
                number[0] = rules();
                return number[0] > before + CHAINS && number[0] == last;
            });
            LAB.ownHost().kill(Part.VSWITCHD);
            LAB.ownHost().start(Part.VSWITCHD);
            long back = System.nanoTime();
            foreigners.makeRules();
            Wait.until("the rules", BOUND, () -> rules() == number[0]);
            Duration took = since(back);
            System.out.printf("%d rules of %d chains back after %d ms%n", number[0], CHAINS, took.toMillis());
            assertThat(number[0]).isGreaterThanOrEqualTo(1000);
            assertThat(took).isLessThan(RULES);
        } finally {
            apply("[]");
        }
        Wait.until("nothing of them", BOUND, () -> Inventory.of(LAB.host()).equals(inventory));
    }
}
