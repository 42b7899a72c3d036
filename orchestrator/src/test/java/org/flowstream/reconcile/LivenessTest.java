package org.flowstream.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.flowstream.control.ControlClient;
import org.flowstream.control.ReadyLine;
import org.flowstream.element.ElementLibrary;
import org.flowstream.lowering.ConfigurationCompiler;
import org.flowstream.lowering.Devices;
import org.flowstream.model.BridgeName;
import org.flowstream.model.MachineId;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;
import org.flowstream.net.MacAddress;
import org.flowstream.ovsdb.Bfd;
import org.flowstream.ovsdb.BfdPorts;
import org.flowstream.ovsdb.Datapath;
import org.flowstream.ovsdb.NewPort;
import org.flowstream.ovsdb.ObservedPort;
import org.flowstream.ovsdb.SwitchDatabase;
import org.flowstream.ovsdb.Tags;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.process.EngineProgram;
import org.flowstream.testing.PrivateSwitch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** BFD between a real ovs-vswitchd and the engine as a process, over a TAP. */
final class LivenessTest {
    @RegisterExtension
    static final PrivateSwitch OVS = PrivateSwitch.withInterfaces();

    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final Duration DETECTION = Duration.ofMillis(300);
    /** ovs-vswitchd looks every 100 ms; the rest is a busy machine's. */
    private static final Duration LATE = Duration.ofSeconds(5);

    /** A script gives up after so many jumps; one that runs such scripts without end does not within a lifetime. */
    private static final String ECHO = "FromDevice(0) -> c :: Counter -> EtherMirror -> Queue -> ToDevice(0);"
            + " long :: Script(TYPE PASSIVE, label a, goto a);"
            + " longer :: Script(TYPE PASSIVE, label a, write long.run, goto a);"
            + " endless :: Script(TYPE PASSIVE, label a, write longer.run, goto a);";

    private final MachineId machine =
            new MachineId(0x7700000000L | ProcessHandle.current().pid());
    private final BridgeName bridge =
            BridgeName.parse("lv" + ProcessHandle.current().pid());
    private final PortName tap = machine.portName(0);
    private SwitchDatabase database;
    private ObservedPort port;
    private @Nullable Process engine;

    @TempDir
    private Path folder;

    LivenessTest() {}

    @BeforeEach
    void wire() {
        database = SwitchDatabase.connect(OVS.databaseSocket(), BOUND, () -> {});
        database.awaitConnected();
        database.makeOwnBridge(bridge, Datapath.USER);
        // The kernel's own chatter is not BFD's.
        OVS.runWithin("sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1");
        OVS.runWithin("ip", "tuntap", "add", "dev", tap.text(), "mode", "tap");
        OVS.runWithin("ip", "link", "set", tap.text(), "up");
        port = database.addPorts(List.of(NewPort.hostInterface(bridge, tap, Tags.of("chain", machine, Owner.OPERATOR))))
                .get(0);
    }

    @AfterEach
    void unwire() throws Exception {
        if (engine != null) {
            engine().destroyForcibly().waitFor();
        }
        database.removeMachine(machine);
        database.removeOwnBridge(bridge);
        database.close();
        OVS.runWithin("ip", "tuntap", "del", "dev", tap.text(), "mode", "tap");
    }

    /** Runs a configuration; answers its READY line. */
    private ReadyLine run(String configuration) throws IOException {
        Problems problems = new Problems();
        byte[] blob = ConfigurationCompiler.compile(
                        new SourceText("test.click", configuration),
                        Map.of(),
                        ElementLibrary.load(),
                        Devices.NUMBERED,
                        problems)
                .orElseThrow(() -> new AssertionError(problems.list()))
                .blob()
                .toBytes();
        Files.write(folder.resolve("blob"), blob);
        Path log = folder.resolve("log");
        try (EngineProgram program = EngineProgram.ofProgram()) {
            engine = new ProcessBuilder(OVS.within(
                            program.file().toString(),
                            folder.resolve("blob").toString(),
                            "--device",
                            "0=tap:" + tap,
                            "--control",
                            "unix:" + folder.resolve("control")))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            await("READY").atMost(BOUND).until(() -> Files.readString(log).contains("\n"));
        }
        // A bare blob has no digest.
        String line = Files.readString(log).lines().findFirst().orElseThrow();
        return ReadyLine.parse(line.replace("digest=", "digest=" + "00".repeat(32)))
                .orElseThrow();
    }

    /** The address of the engine's device: the process makes one for each TAP. */
    private MacAddress device() throws IOException {
        try (ControlClient client = ControlClient.open(folder.resolve("control"), BOUND)) {
            String devices = new String(client.read("devices"), StandardCharsets.UTF_8);
            return MacAddress.parse(devices.split("\\s+", 4)[2]);
        }
    }

    private Process engine() {
        return Objects.requireNonNull(engine, "the engine was not started");
    }

    private void signal(String name) throws Exception {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(engine().pid()))
                .start()
                .waitFor();
        assertThat(status).isZero();
    }

    private Optional<Bfd.Session> session() {
        return database.observe().port(tap).flatMap(ObservedPort::bfd);
    }

    /** BFD is up on both sides: the pace is the one that was asked for. */
    private void comeUp(Bfd bfd) {
        BfdPorts ports = new BfdPorts(database);
        ports.set(port, Optional.of(bfd));
        assertThat(ports.comesUp(port, LATE)).isTrue();
        await("the engine's own state up")
                .atMost(LATE)
                .until(() -> OVS.vsctl("get", "interface", tap.text(), "bfd_status:remote_state")
                        .startsWith("up"));
    }

    private Duration until(String what, boolean up) {
        long begin = System.nanoTime();
        await(what)
                .pollInterval(Duration.ofMillis(5))
                .atMost(LATE)
                .until(() -> session().filter(session -> session.isUp() == up).isPresent());
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    @Test
    void aLivingEngineIsUpAndOneThatIsStoppedIsNot() throws Exception {
        assertThat(run(ECHO).bfd()).hasValue(0);
        Bfd bfd = new Bfd(DETECTION, device());
        comeUp(bfd);
        assertThat(session())
                .hasValueSatisfying(session -> assertThat(session.is(bfd)).isTrue());

        signal("STOP");
        Duration down = until("down", false);
        // The latest word may be half of the detection time old when it stops, and words come up to a quarter early.
        assertThat(down).as("not before its time").isGreaterThan(Duration.ofMillis(100));
        signal("CONT");
        Duration up = until("up again", true);
        System.out.printf(
                "BFD of %d ms: a stopped engine is seen after %d ms, and again %d ms after it goes on%n",
                DETECTION.toMillis(), down.toMillis(), up.toMillis());

        OVS.stopDaemon();
        OVS.startDaemon();
        until("up with the next ovs-vswitchd", true);

        new BfdPorts(database).set(port, Optional.empty());
        assertThat(session()).isEmpty();
        comeUp(bfd);
        assertThat(counted()).as("frames that an element has seen").isZero();
    }

    private long counted() throws IOException {
        try (ControlClient client = ControlClient.open(folder.resolve("control"), BOUND)) {
            return Long.parseLong(new String(client.read("c.count"), StandardCharsets.UTF_8).strip());
        }
    }

    @Test
    void anEndlessLoopInAnElementIsSeen() throws Exception {
        run(ECHO);
        comeUp(new Bfd(DETECTION, device()));
        try (ControlClient client = ControlClient.open(folder.resolve("control"), BOUND)) {
            Thread writer = new Thread(() -> {
                try {
                    client.write("endless.run", new byte[0]);
                } catch (IOException e) {
                    // No answer ever comes; the connection ends with the process.
                }
            });
            writer.setDaemon(true);
            writer.start();
            until("down", false);
            assertThat(engine().isAlive()).isTrue();
        }
    }

    @Test
    void aDeviceThatNobodyReadsDoesNotSayThatItAnswers() throws Exception {
        ReadyLine line = run("RatedSource(RATE 1) -> Queue -> ToDevice(0);");
        assertThat(line.bfd()).isEmpty();
        BfdPorts ports = new BfdPorts(database);
        ports.set(port, Optional.of(new Bfd(DETECTION, machine.mac(0))));
        assertThat(ports.comesUp(port, Duration.ofMillis(500))).isFalse();
    }
}
