package org.flowstream.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.flowstream.event.EventLog;
import org.flowstream.health.HealthReport;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.DeclaredJson;
import org.flowstream.model.ExitReason;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.Installation;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;
import org.flowstream.model.PortName;
import org.flowstream.net.FlowMatch;
import org.flowstream.reconcile.Declarations;
import org.flowstream.reconcile.Failpoints;
import org.flowstream.reconcile.Reconciler;
import org.flowstream.reconcile.SimulatedWorld;
import org.flowstream.reconcile.World.Entered;
import org.flowstream.rules.FlowKey;
import org.flowstream.rules.RuleMatch;
import org.flowstream.store.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures of a daemon at work on a simulated host, as a monitoring system reads them. */
final class MetricsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final BridgeName BRIDGE = BridgeName.parse("flowstream");
    private static final String FW = "chain=fw, middlebox=fw";

    @TempDir
    private Path folder;

    private final SimulatedWorld world = new SimulatedWorld("uplink", "servers");
    private final EventLog events = new EventLog(Clock.systemUTC(), 1000);
    private Store store;
    private Declarations declarations;
    private Reconciler reconciler;
    private DropReasons reasons;
    private Metrics metrics;

    @BeforeEach
    void start() {
        store = Store.open(folder);
        declarations = new Declarations(Installation.STANDARD, store, new Random(7), Clock.systemUTC());
        reconciler = new Reconciler(BRIDGE, store, declarations, world, events, Clock.systemUTC(), Failpoints.NONE);
        EventMetrics counted = new EventMetrics(declarations);
        events.listen(counted::see);
        reconciler.whenPassed(counted::passed);
        reasons = new DropReasons((name, id) -> Map.of("denied", 4L, "a \"quoted\\\nreason", 1L));
        Family pool = new Family("flowstream_pool_machines", "Another part's.");
        pool.count(3);
        metrics = new Metrics(List.of(
                counted,
                new WorldMetrics("1.2.3", declarations, store, world, reconciler, reasons),
                () -> List.of(pool.gauge())));
        reconciler.start();
    }

    @AfterEach
    void stop() {
        reasons.close();
        reconciler.close();
        store.close();
    }

    private DeclaredChain ready(String owner) throws Exception {
        ChainSpec spec = DeclaredJson.mapper().readValue("""
                {"apiVersion": "flowstream/v1", "kind": "Chain", "name": "fw", "owner": "%s", "spec": {
                 "bridge": "flowstream", "flow": "tcp", "priority": 100, "failure": "closed", "state": "running",
                 "middleboxes": [{"name": "fw", "template": "wire 1.0.0", "image": "sha256:%s", "memoryMib": 8,
                  "vcpus": 1, "hypervisor": "auto", "health": {"ready": ["machine"], "heartbeat": "1s"},
                  "devices": [{"device": "outside", "mode": "bump", "to": "uplink"},
                              {"device": "inside", "mode": "bump", "to": "servers"}]}]}}
                """.formatted(owner, "9c41".repeat(16)), ChainSpec.class);
        DeclaredChain chain = declarations.declare(spec, true).orElseThrow();
        reconciler.asked(chain, true);
        assertThat(reconciler.await(pass -> pass.isSettled(chain.name()), PATIENCE))
                .isPresent();
        return chain;
    }

    @Test
    void aDaemonWithoutChainsTellsOfItself() {
        Exposition read = Exposition.read(metrics.text());
        assertThat(read.value("flowstream_build_info{version=1.2.3}")).isEqualTo(1);
        assertThat(read.value("flowstream_system_up{system=libvirt}")).isEqualTo(1);
        assertThat(read.value("flowstream_openflow_up{bridge=flowstream}")).isEqualTo(1);
        assertThat(read.value("flowstream_pool_machines{}")).isEqualTo(3);
    }

    @Test
    void stagesAndActionsAreCountedAsTheyHappen() throws Exception {
        ready("alice");
        Exposition read = Exposition.read(metrics.text());
        for (String stage : List.of("image", "machine", "guest", "wiring", "health", "total")) {
            assertThat(read.value("flowstream_stage_duration_seconds_count{owner=alice, stage=" + stage + "}"))
                    .as(stage)
                    .isEqualTo(1);
        }
        // The simulation says that its guests take 2 ms, and their health 1 ms.
        assertThat(read.value("flowstream_stage_duration_seconds_sum{owner=alice, stage=guest}"))
                .isEqualTo(.002);
        assertThat(read.value("flowstream_stage_duration_seconds_bucket{le=0.001, owner=alice, stage=guest}"))
                .isZero();
        assertThat(read.value("flowstream_stage_duration_seconds_bucket{le=0.0025, owner=alice, stage=guest}"))
                .isEqualTo(1);
        assertThat(read.value("flowstream_actions_total{action=start-machine, outcome=done, owner=alice}"))
                .isEqualTo(1);
        assertThat(read.value("flowstream_loop_pass_duration_seconds_count{}")).isGreaterThan(1);
        assertThat(read.types()).containsEntry("flowstream_stage_duration_seconds", "histogram");
    }

    @Test
    void eachMiddleboxIsToldWithItsHealthTrafficAndDrops() throws Exception {
        DeclaredChain chain = ready("alice");
        MachineId id = chain.machine(chain.name());
        world.report(
                id,
                new HealthReport(
                        List.of(
                                new HealthReport.Level(HealthLevel.CONTROL, HealthReport.State.GOOD, ""),
                                new HealthReport.Level(HealthLevel.FORWARDING, HealthReport.State.BAD, "no probe"),
                                new HealthReport.Level(HealthLevel.FUNCTION, HealthReport.State.UNKNOWN, "")),
                        Optional.of(new HealthReport.Counters(70, 60, 5, 500, 1, 0, 0)),
                        Instant.EPOCH));
        world.enter(List.of(new Entered(
                chain.id(),
                PortName.parse("uplink"),
                new FlowKey(0, 1402, RuleMatch.inPort(1, FlowMatch.parse("tcp"))),
                41,
                4100)));
        String who = FW + ", owner=alice";
        org.awaitility.Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> metrics.text().contains("where=\"guest\""));
        Exposition read = Exposition.read(metrics.text());
        assertThat(read.value("flowstream_middlebox_ready{" + who + "}")).isEqualTo(1);
        assertThat(read.value("flowstream_health_level{chain=fw, level=control, middlebox=fw, owner=alice}"))
                .isEqualTo(1);
        assertThat(read.value("flowstream_health_level{chain=fw, level=forwarding, middlebox=fw, owner=alice}"))
                .isZero();
        assertThat(read.keys()).noneMatch(key -> key.contains("level=function"));
        assertThat(read.value("flowstream_middlebox_received_packets_total{" + who + "}"))
                .isEqualTo(70);
        assertThat(read.value("flowstream_chain_packets_total{chain=fw, owner=alice, port=uplink}"))
                .isEqualTo(41);
        assertThat(read.value("flowstream_chain_bytes_total{chain=fw, owner=alice, port=uplink}"))
                .isEqualTo(4100);
        assertThat(read.value("flowstream_dropped_packets_total{" + who + ", reason=denied, where=guest}"))
                .isEqualTo(4);
        assertThat(read.value(
                        "flowstream_dropped_packets_total{" + who + ", reason=a \\\"quoted\\\\\\nreason, where=guest}"))
                .isEqualTo(1);
        assertThat(read.value("flowstream_dropped_packets_total{" + who + ", reason=not sent, where=switch}"))
                .isZero();
    }

    @Test
    void restartsAreToldByTheirReasonAndForgottenWithTheirChain() throws Exception {
        DeclaredChain chain = ready("alice");
        world.end(chain.machine(chain.name()), ExitReason.Cause.PANIC, "PANIC");
        org.awaitility.Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> metrics.text().contains("flowstream_restarts_total{"));
        Exposition read = Exposition.read(metrics.text());
        assertThat(read.value("flowstream_restarts_total{" + FW + ", owner=alice, reason=panic}"))
                .isEqualTo(1);
        assertThat(read.value("flowstream_middlebox_exits_total{cause=panic, " + FW + ", owner=alice}"))
                .isEqualTo(1);
        declarations.remove(Name.parse("fw"));
        reconciler.asked(chain, false);
        assertThat(reconciler.await(pass -> pass.isGone(chain), PATIENCE)).isPresent();
        assertThat(Exposition.read(metrics.text()).keys()).noneMatch(key -> key.contains("fw"));
    }

    @Test
    void aSystemThatIsDownIsToldAndTheRestIsStillThere() throws Exception {
        ready("alice");
        world.silence("stopped");
        Exposition read = Exposition.read(metrics.text());
        assertThat(read.value("flowstream_system_up{system=libvirt}")).isZero();
        assertThat(read.value("flowstream_chains{owner=alice}")).isEqualTo(1);
    }

    /** Debian's package prometheus has the format's own checker; it judges names, too. */
    @Test
    void promtoolHasNothingToSay() throws Exception {
        Optional<Path> promtool = Stream.of(
                        System.getenv().getOrDefault("PATH", "").split(":", -1))
                .map(directory -> Path.of(directory, "promtool"))
                .filter(Files::isExecutable)
                .findFirst();
        Assumptions.assumeTrue(promtool.isPresent(), "no promtool (Debian: prometheus)");
        ready("alice");
        Path text = folder.resolve("metrics.txt");
        Files.writeString(text, metrics.text());
        Process check = new ProcessBuilder(promtool.get().toString(), "check", "metrics")
                .redirectInput(text.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said).isEmpty();
        assertThat(check.waitFor()).isZero();
    }
}
