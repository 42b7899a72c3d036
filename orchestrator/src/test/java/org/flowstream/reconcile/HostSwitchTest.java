package org.flowstream.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.flowstream.chain.ChainCompiler;
import org.flowstream.chain.ChainPlan;
import org.flowstream.chain.Stage;
import org.flowstream.control.ReadyLine;
import org.flowstream.model.Accelerator;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.Installation;
import org.flowstream.model.Instances;
import org.flowstream.model.Limits;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;
import org.flowstream.model.RunState;
import org.flowstream.model.StartMode;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.flowstream.openflow.Flooding;
import org.flowstream.openflow.SwitchEvents;
import org.flowstream.ovsdb.Bfd;
import org.flowstream.ovsdb.ObservedPort;
import org.flowstream.ovsdb.SwitchAddress;
import org.flowstream.ovsdb.SwitchDatabase;
import org.flowstream.plan.Action;
import org.flowstream.plan.Desired;
import org.flowstream.plan.DesiredChain;
import org.flowstream.plan.ObservedBridge;
import org.flowstream.plan.ObservedRules;
import org.flowstream.testing.PrivateSwitch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The loop's view of a real ovs-vswitchd. */
final class HostSwitchTest {
    @RegisterExtension
    static final PrivateSwitch OVS = new PrivateSwitch();

    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final BridgeName OWN = new BridgeName("flowstream");
    private static final BridgeName THEIRS = new BridgeName("br-theirs");
    private static final MachineId MACHINE = new MachineId(0x77);
    private static final String TCP = "0200000000020200000000010800450000280001000040060000" + "0a0000010a000002"
            + "00010050000000000000000050022000" + "00000000";
    private static final Name FIREWALL = Name.parse("fw");

    private HostSwitch hostSwitch;
    private @Nullable ReadyLine said;

    HostSwitchTest() {}

    @BeforeEach
    void connect() {
        hostSwitch = new HostSwitch(
                new SwitchAddress(OVS.databaseSocket()),
                Installation.STANDARD,
                OWN,
                SwitchEvents.NONE,
                () -> {},
                Optional.of(Duration.ofMillis(300)),
                machine -> Optional.ofNullable(said));
        await("connection").atMost(BOUND).until(() -> hostSwitch.state().answers());
    }

    @AfterEach
    void empty() {
        hostSwitch.close();
        OVS.vsctl("--if-exists", "del-br", OWN.text(), "--", "--if-exists", "del-br", THEIRS.text());
    }

    @Test
    void aChainOnTheOwnBridge() {
        Desired desired = desired(OWN);
        ChainPlan plan = desired.chains().get(0).plan();
        hostSwitch.createBridge(OWN);
        hostSwitch.setBaseRules(OWN, desired);
        desired.ports().forEach(hostSwitch::addExternalPort);
        assertThat(base(desired, OWN)).as("ports came").isEqualTo(ObservedBridge.BaseRules.WRONG);
        hostSwitch.setBaseRules(OWN, desired);
        assertThat(base(desired, OWN)).isEqualTo(ObservedBridge.BaseRules.RIGHT);

        hostSwitch.addTapPorts(OWN, plan.machines().get(0));
        hostSwitch.setRules(plan, Stage.ISOLATED, desired);
        assertThat(state(desired)).isEqualTo(ObservedRules.State.ISOLATED);
        hostSwitch.setRules(plan, Stage.STEERED, desired);
        assertThat(state(desired)).isEqualTo(ObservedRules.State.STEERED);
        assertThat(trace(OWN)).isEqualTo("Datapath actions: " + plan.taps().get(0));

        hostSwitch.clearRules(OWN, plan.id(), desired);
        hostSwitch.removePorts(OWN, plan.taps());
        assertThat(hostSwitch.observe(desired).rules()).isEmpty();
        assertThat(OVS.ofctl("dump-groups", OWN.text())).doesNotContain("group_id");
    }

    @Test
    void whatOthersChangeIsSeenSoonAndWhatWeChangeAtOnce() {
        Desired desired = desired(OWN);
        ChainPlan plan = desired.chains().get(0).plan();
        hostSwitch.createBridge(OWN);
        desired.ports().forEach(hostSwitch::addExternalPort);
        hostSwitch.addTapPorts(OWN, plan.machines().get(0));
        for (int round = 0; round < 3; round++) {
            hostSwitch.setRules(plan, Stage.ISOLATED, desired);
            assertThat(state(desired)).isEqualTo(ObservedRules.State.ISOLATED);
            hostSwitch.setRules(plan, Stage.STEERED, desired);
            assertThat(state(desired)).isEqualTo(ObservedRules.State.STEERED);
        }
        OVS.ofctl("del-flows", OWN.text(), "in_port=uplink");
        await("seen").atMost(BOUND).until(() -> state(desired) == ObservedRules.State.OTHER);
        hostSwitch.setBaseRules(OWN, desired);
        hostSwitch.setRules(plan, Stage.STEERED, desired);
        assertThat(state(desired)).isEqualTo(ObservedRules.State.STEERED);
    }

    @Test
    void whatEntersAChainIsCounted() {
        Desired desired = desired(OWN);
        ChainPlan plan = desired.chains().get(0).plan();
        hostSwitch.createBridge(OWN);
        desired.ports().forEach(hostSwitch::addExternalPort);
        hostSwitch.addTapPorts(OWN, plan.machines().get(0));
        hostSwitch.setRules(plan, Stage.STEERED, desired);
        assertThat(entered(plan, "uplink")).isZero();
        for (int packet = 0; packet < 3; packet++) {
            OVS.receive("uplink", TCP);
        }
        // What is sent on from the datapath's cache is counted when the cache is looked over.
        await("packets counted").atMost(BOUND).until(() -> entered(plan, "uplink") == 3);
        assertThat(entered(plan, "servers")).isZero();
        assertThat(hostSwitch.counted(SwitchCounts::connected)).containsEntry(OWN, true);
    }

    @Test
    void aSwitchThatLostItsRulesSwitchesNothingAroundAChain() {
        Desired desired = wasReady(desired(OWN));
        ChainPlan plan = desired.chains().get(0).plan();
        hostSwitch.createBridge(OWN);
        desired.ports().forEach(hostSwitch::addExternalPort);
        hostSwitch.addTapPorts(OWN, plan.machines().get(0));
        hostSwitch.setRules(plan, Stage.STEERED, desired);
        hostSwitch.setBaseRules(OWN, desired);
        OVS.stopDaemon();
        OVS.startDaemon();
        await("rules lost")
                .atMost(BOUND)
                .ignoreExceptions()
                .until(() -> base(desired, OWN) == ObservedBridge.BaseRules.NONE);

        hostSwitch.setBaseRules(OWN, desired);
        assertThat(trace(OWN)).isEqualTo("Datapath actions: " + plan.taps().get(0));
        assertThat(state(desired)).isEqualTo(ObservedRules.State.STEERED);
        assertThat(base(desired, OWN)).isEqualTo(ObservedBridge.BaseRules.RIGHT);
    }

    @Test
    void aChainWhoseTapsAreGoneMeetsItsPolicyAndOneThatWasNeverReadyChangesNothing() {
        Desired never = desired(OWN);
        Desired open = wasReady(never);
        Desired closed = wasReady(desired(OWN, FailurePolicy.CLOSED));
        hostSwitch.createBridge(OWN);
        never.ports().forEach(hostSwitch::addExternalPort);
        hostSwitch.setBaseRules(OWN, never);
        assertThat(trace(OWN)).as("not ready yet: unclaimed").isEqualTo("Datapath actions: servers");
        assertThat(OVS.ofctl("dump-flows", OWN.text())).doesNotContain("tcp");
        hostSwitch.setBaseRules(OWN, closed);
        assertThat(trace(OWN)).as("closed").isEqualTo("Datapath actions: drop");
        hostSwitch.setBaseRules(OWN, open);
        assertThat(trace(OWN)).as("open").isEqualTo("Datapath actions: servers");
        assertThat(OVS.ofctl("dump-flows", OWN.text())).contains("tcp");
    }

    private static Desired wasReady(Desired desired) {
        DesiredChain chain = desired.chains().get(0);
        return new Desired(
                desired.ownBridge(),
                desired.accelerator(),
                desired.ports(),
                desired.leavingPorts(),
                List.of(new DesiredChain(chain.plan(), true, chain.wishes())));
    }

    @Test
    void noCachedWayOutlivesAChangeOfRules() {
        Desired desired = desired(OWN);
        ChainPlan plan = desired.chains().get(0).plan();
        hostSwitch.createBridge(OWN);
        desired.ports().forEach(hostSwitch::addExternalPort);
        hostSwitch.setBaseRules(OWN, desired);
        hostSwitch.addTapPorts(OWN, plan.machines().get(0));
        OVS.receive("uplink", TCP);
        assertThat(cached()).as("unclaimed").contains("eth_type(0x0800)");
        hostSwitch.setRules(plan, Stage.STEERED, desired);
        assertThat(cached()).doesNotContain("eth_type(0x0800)");
        OVS.receive("uplink", TCP);
        assertThat(cached()).contains("eth_type(0x0800)");
        hostSwitch.clearRules(OWN, plan.id(), desired);
        assertThat(cached()).doesNotContain("eth_type(0x0800)");
    }

    private static String cached() {
        return OVS.appctl("dpif/dump-flows", OWN.text());
    }

    private long entered(ChainPlan plan, String port) {
        List<World.Entered> found = hostSwitch.counted(counts -> counts.entered(OWN)).stream()
                .filter(each -> each.port().text().equals(port))
                .toList();
        assertThat(found).extracting(World.Entered::chain).containsExactly(plan.id());
        return found.get(0).packets();
    }

    @Test
    void theFailurePolicyHoldsForAMachineThatStarts() {
        Desired desired = desired(OWN);
        ChainPlan plan = desired.chains().get(0).plan();
        hostSwitch.createBridge(OWN);
        desired.ports().forEach(hostSwitch::addExternalPort);
        hostSwitch.addTapPorts(OWN, plan.machines().get(0));
        hostSwitch.setRules(plan, Stage.STEERED, desired);

        hostSwitch.hold(plan, MACHINE, desired);
        assertThat(trace(OWN)).as("open").isEqualTo("Datapath actions: servers");
        assertThat(state(desired)).as("as it should be now").isEqualTo(ObservedRules.State.STEERED);

        hostSwitch.release(MACHINE::equals);
        assertThat(state(desired)).as("to be set again").isEqualTo(ObservedRules.State.OTHER);
        hostSwitch.setRules(plan, Stage.STEERED, desired);
        assertThat(trace(OWN)).isEqualTo("Datapath actions: " + plan.taps().get(0));
    }

    @Test
    void theLeasesOfAChainAreOfItsFlowAloneAndGoWithIt() {
        Desired web = onDemand("tcp,nw_dst=10.0.0.2,tp_dst=80", RunState.RUNNING);
        Desired names = onDemand("udp,nw_dst=10.0.0.2,tp_dst=53", RunState.RUNNING);
        Desired stopped = onDemand("udp,nw_dst=10.0.0.2,tp_dst=53", RunState.STOPPED);
        hostSwitch.createBridge(OWN);
        web.ports().forEach(hostSwitch::addExternalPort);
        hostSwitch.setRules(plan(web), Stage.STEERED, web);
        assertThat(leases()).contains("tp_dst=80").doesNotContain("tp_dst=53");
        assertThat(state(web)).isEqualTo(ObservedRules.State.STEERED);

        hostSwitch.setRules(plan(names), Stage.STEERED, names);
        assertThat(leases()).contains("tp_dst=53").doesNotContain("tp_dst=80");
        renew(plan(web));
        assertThat(state(names)).as("with the flow before, too").isEqualTo(ObservedRules.State.OTHER);
        hostSwitch.setRules(plan(names), Stage.STEERED, names);
        assertThat(leases()).contains("tp_dst=53").doesNotContain("tp_dst=80");

        assertThat(state(stopped)).as("to be stopped").isEqualTo(ObservedRules.State.OTHER);
        hostSwitch.setRules(plan(stopped), Stage.STEERED, stopped);
        assertThat(leases()).isEmpty();

        hostSwitch.clearRules(OWN, plan(names).id(), Desired.nothing(OWN));
        renew(plan(names));
        assertThat(hostSwitch.observe(Desired.nothing(OWN)).rules())
                .as("a lease of a chain that went")
                .hasSize(1);
        hostSwitch.clearRules(OWN, plan(names).id(), Desired.nothing(OWN));
        assertThat(hostSwitch.observe(Desired.nothing(OWN)).rules()).isEmpty();
    }

    /** Errors about what the host sends may be about either. */
    @Test
    void leasesOfTwoChainsForOneHostStandBesideEachOther() {
        Desired web = onDemand("tcp,nw_dst=10.0.0.2,tp_dst=80", RunState.RUNNING);
        Desired names = desired(0x56, onDemandSpec("udp,nw_dst=10.0.0.2,tp_dst=53", RunState.RUNNING));
        Desired both = new Desired(
                OWN,
                web.accelerator(),
                web.ports(),
                List.of(),
                List.of(web.chains().get(0), names.chains().get(0)));
        hostSwitch.createBridge(OWN);
        web.ports().forEach(hostSwitch::addExternalPort);
        hostSwitch.setRules(plan(web), Stage.STEERED, both);
        hostSwitch.setRules(plan(names), Stage.STEERED, both);
        for (ChainPlan plan : List.of(plan(web), plan(names), plan(web))) {
            renew(plan);
            assertThat(hostSwitch.observe(both).rules())
                    .extracting(ObservedRules::state)
                    .containsExactly(ObservedRules.State.STEERED, ObservedRules.State.STEERED);
        }
        hostSwitch.clearRules(OWN, plan(web).id(), names);
        assertThat(hostSwitch.observe(names).rules())
                .extracting(ObservedRules::state)
                .containsExactly(ObservedRules.State.STEERED);
    }

    private static ChainPlan plan(Desired desired) {
        return desired.chains().get(0).plan();
    }

    private void renew(ChainPlan plan) {
        new InstanceRules(hostSwitch, OWN).renewLease(new Action.RenewLease(plan));
    }

    private static String leases() {
        return OVS.ofctl("dump-flows", OWN.text())
                .lines()
                .filter(line -> line.contains("hard_timeout=4,"))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void unfinishedChecksumsOfAPortAreMeasured() throws Exception {
        Desired desired = desired(OWN);
        hostSwitch.createBridge(OWN);
        desired.ports().forEach(hostSwitch::addExternalPort);
        hostSwitch.setBaseRules(OWN, desired);
        CompletableFuture<List<String>> measured =
                CompletableFuture.supplyAsync(() -> hostSwitch.measure(new PortName("uplink"), OWN));
        await("sample")
                .atMost(BOUND)
                .until(() -> OVS.ofctl("dump-flows", OWN.text()).contains("priority=65000"));
        assertThat(base(desired, OWN)).as("samples are no fault").isEqualTo(ObservedBridge.BaseRules.RIGHT);
        // TCP whose checksum is the pseudo-header's sum alone.
        OVS.receive(
                "uplink",
                "02000000000202000000000108004500002b00010000400666ca0a0000010a000002"
                        + "0001005000000000000000005002200014200000616263");
        assertThat(measured.get(20, TimeUnit.SECONDS))
                .singleElement()
                .asString()
                .startsWith("1 of 1 packets from 'uplink' had unfinished checksums");
    }

    @Test
    void anotherInstallationsChainIsNotOurs() {
        Desired desired = desired(OWN);
        ChainPlan plan = desired.chains().get(0).plan();
        hostSwitch.createBridge(OWN);
        desired.ports().forEach(hostSwitch::addExternalPort);
        hostSwitch.addTapPorts(OWN, plan.machines().get(0));
        hostSwitch.setRules(plan, Stage.STEERED, desired);
        Desired nothing = Desired.nothing(OWN);
        assertThat(hostSwitch.observe(nothing).rules()).as("a stray of ours").hasSize(1);
        BridgeName another = new BridgeName("another");
        try (HostSwitch others = ofOthers(another)) {
            await("connection").atMost(BOUND).until(() -> others.state().answers());
            assertThat(others.observe(Desired.nothing(another)).rules()).isEmpty();
            assertThat(others.observe(Desired.nothing(another)).ports()).isEmpty();
        }
        try (HostSwitch others = ofOthers(OWN)) {
            await("connection").atMost(BOUND).until(() -> others.state().answers());
            assertThatThrownBy(() -> others.observe(nothing))
                    .isInstanceOf(WorldException.class)
                    .hasMessageContaining("belongs to the daemon of");
        }
    }

    @Test
    void aBridgeThatNothingNeedsAndThatDoesNotAnswerIsLeftOut() {
        hostSwitch.createBridge(OWN);
        // No such datapath: ovs-vswitchd never opens it, as it has not yet, or has no longer, one that comes or goes.
        OVS.vsctl(
                "--no-wait",
                "add-br",
                THEIRS.text(),
                "--",
                "set",
                "bridge",
                THEIRS.text(),
                "datapath_type=none",
                "external_ids:flowstream-groups=somebody's");
        await("the bridge").atMost(BOUND).until(() -> OVS.vsctl("list-br").contains(THEIRS.text()));
        assertThat(hostSwitch.observe(Desired.nothing(OWN)).bridges())
                .extracting(ObservedBridge::name)
                .containsExactly(OWN);
        assertThatThrownBy(() -> hostSwitch.observe(desired(THEIRS)))
                .as("one that is needed is not left out")
                .isInstanceOf(WorldException.class)
                .hasMessageContaining(THEIRS.text());
    }

    private static HostSwitch ofOthers(BridgeName own) {
        return new HostSwitch(
                new SwitchAddress(OVS.databaseSocket()),
                new Installation("/tmp/others"),
                own,
                SwitchEvents.NONE,
                () -> {},
                Optional.empty(),
                machine -> Optional.empty());
    }

    private static ReadyLine ready(OptionalInt bfd) {
        return new ReadyLine(ImageDigest.parse("00".repeat(32)), Duration.ofMillis(1), 2, 8192, 900, bfd);
    }

    private Optional<Bfd.Session> bfdOf(PortName tap) {
        try (SwitchDatabase database = SwitchDatabase.connect(OVS.databaseSocket(), BOUND, () -> {})) {
            return database.awaitConnected().port(tap).flatMap(ObservedPort::bfd);
        }
    }

    @Test
    void bfdThatNobodyAnswersDoesNotStay() {
        Desired desired = desired(OWN);
        ChainPlan plan = desired.chains().get(0).plan();
        PortName tap = plan.taps().get(0);
        hostSwitch.createBridge(OWN);
        desired.ports().forEach(hostSwitch::addExternalPort);
        hostSwitch.addTapPorts(OWN, plan.machines().get(0));
        said = ready(OptionalInt.empty());
        hostSwitch.setRules(plan, Stage.STEERED, desired);
        assertThat(bfdOf(tap)).as("an earlier runtime").isEmpty();
        assertThat(hostSwitch.liveness(plan.machines().get(0), OWN))
                .hasValue("link alone: its runtime does not answer BFD");

        said = ready(OptionalInt.of(0));
        assertThat(state(desired)).as("BFD is wanted").isEqualTo(ObservedRules.State.OTHER);
        hostSwitch.setRules(plan, Stage.STEERED, desired);
        assertThat(bfdOf(tap)).isEmpty();
        assertThat(state(desired)).as("and not tried for ever").isEqualTo(ObservedRules.State.STEERED);
        assertThat(trace(OWN)).isEqualTo("Datapath actions: " + tap);
    }

    @Test
    void bfdThatBeganWhileAGuestBootedIsSettledWhenItHasSaidWhatItAnswers() {
        Desired desired = desired(OWN);
        ChainPlan plan = desired.chains().get(0).plan();
        PortName tap = plan.taps().get(0);
        hostSwitch.createBridge(OWN);
        desired.ports().forEach(hostSwitch::addExternalPort);
        hostSwitch.addTapPorts(OWN, plan.machines().get(0));
        hostSwitch.listenFor(OWN, plan.machines().get(0));
        assertThat(bfdOf(tap)).as("before it said a word").isPresent();
        said = ready(OptionalInt.empty());
        hostSwitch.setRules(plan, Stage.STEERED, desired);
        assertThat(bfdOf(tap)).as("an earlier runtime").isEmpty();

        hostSwitch.hold(plan, plan.machines().get(0).id(), desired);
        hostSwitch.listenFor(OWN, plan.machines().get(0));
        hostSwitch.release(id -> true);
        said = ready(OptionalInt.of(0));
        hostSwitch.setRules(plan, Stage.STEERED, desired);
        assertThat(bfdOf(tap)).as("it says that it answers, and does not").isEmpty();
        assertThat(trace(OWN)).isEqualTo("Datapath actions: " + tap);
    }

    @Test
    void whatAnEarlierDaemonSetStaysUntilTheMachineIsHeardAndGoesWhenItStarts() {
        Desired desired = desired(OWN);
        ChainPlan plan = desired.chains().get(0).plan();
        PortName tap = plan.taps().get(0);
        hostSwitch.createBridge(OWN);
        desired.ports().forEach(hostSwitch::addExternalPort);
        hostSwitch.addTapPorts(OWN, plan.machines().get(0));
        OVS.vsctl("set", "interface", tap.text(), "bfd:enable=true", "bfd:min_rx=100");
        await("the database")
                .atMost(BOUND)
                .until(() -> hostSwitch.liveness(plan.machines().get(0), OWN).equals(Optional.of("bfd down")));
        hostSwitch.setRules(plan, Stage.STEERED, desired);
        assertThat(state(desired)).isEqualTo(ObservedRules.State.STEERED);
        assertThat(bfdOf(tap)).as("kept").isPresent();
        assertThat(trace(OWN)).as("it does not live").isEqualTo("Datapath actions: servers");

        hostSwitch.hold(plan, plan.machines().get(0).id(), desired);
        assertThat(bfdOf(tap)).as("none while it starts").isEmpty();
        hostSwitch.release(id -> true);
        hostSwitch.setRules(plan, Stage.STEERED, desired);
        assertThat(trace(OWN)).isEqualTo("Datapath actions: " + tap);
    }

    @Test
    void whatIsLeftOverGoes() {
        Desired desired = desired(OWN);
        hostSwitch.createBridge(OWN);
        desired.ports().forEach(hostSwitch::addExternalPort);
        hostSwitch.setBaseRules(OWN, desired);
        OVS.ofctl("add-group", OWN.text(), "group_id=0x466c0999,type=all,bucket=actions=drop");
        assertThat(base(desired, OWN)).isEqualTo(ObservedBridge.BaseRules.WRONG);
        hostSwitch.setBaseRules(OWN, desired);
        assertThat(OVS.ofctl("dump-groups", OWN.text())).doesNotContain("group_id");
    }

    @Test
    void aBridgeOfOthersIsAsItWasBefore() {
        OVS.vsctl("add-br", THEIRS.text(), "--", "add-port", THEIRS.text(), "uplink");
        OVS.vsctl("add-port", THEIRS.text(), "servers", "--", "add-port", THEIRS.text(), "third");
        OVS.ofctl("add-flow", THEIRS.text(), "cookie=0x77,priority=5,ip,actions=NORMAL");
        OVS.ofctl("add-flow", THEIRS.text(), "cookie=0x77,priority=1402,udp,in_port=uplink,actions=drop");
        String bridge = OVS.vsctl("list", "bridge", THEIRS.text());
        String flows = flows();
        Desired desired = desired(THEIRS);
        ChainPlan plan = desired.chains().get(0).plan();
        await("bridge")
                .atMost(BOUND)
                .until(() -> hostSwitch.number(THEIRS, new PortName("third")).isPresent());

        desired.ports().forEach(hostSwitch::addExternalPort);
        hostSwitch.addTapPorts(THEIRS, plan.machines().get(0));
        hostSwitch.setRules(plan, Stage.STEERED, desired);
        assertThat(state(desired)).isEqualTo(ObservedRules.State.STEERED);
        assertThat(trace(THEIRS)).isEqualTo("Datapath actions: " + plan.taps().get(0));
        int tap = hostSwitch.number(THEIRS, plan.taps().get(0)).orElseThrow();
        assertThat(Flooding.flooded(OVS.management(THEIRS.text()), BOUND)).doesNotContain(tap);
        assertThat(OVS.trace(THEIRS.text(), "in_port=third,ip,dl_dst=ff:ff:ff:ff:ff:ff"))
                .contains("uplink", "servers")
                .doesNotContain(plan.taps().get(0).text());

        hostSwitch.clearRules(THEIRS, plan.id(), desired);
        hostSwitch.removePorts(THEIRS, plan.taps());
        hostSwitch.removePorts(THEIRS, List.of(new PortName("uplink")));
        assertThat(OVS.vsctl("list", "bridge", THEIRS.text())).isEqualTo(bridge);
        assertThat(flows()).isEqualTo(flows);
    }

    @Test
    void aRuleOfOthersIsNeverReplaced() {
        OVS.vsctl("add-br", THEIRS.text(), "--", "add-port", THEIRS.text(), "uplink");
        OVS.vsctl("add-port", THEIRS.text(), "servers");
        Desired desired = desired(THEIRS);
        await("bridge")
                .atMost(BOUND)
                .until(() -> hostSwitch.number(THEIRS, new PortName("servers")).isPresent());
        OVS.ofctl("add-flow", THEIRS.text(), "cookie=0x77,priority=1402,tcp,in_port=uplink,actions=drop");
        String flows = flows();
        hostSwitch.addTapPorts(THEIRS, desired.chains().get(0).plan().machines().get(0));
        assertThatThrownBy(() -> hostSwitch.setRules(desired.chains().get(0).plan(), Stage.STEERED, desired))
                .isInstanceOf(WorldException.class)
                .hasMessageContaining("a rule of others stands where ours would: cookie=0x0000000000000077");
        assertThat(flows()).isEqualTo(flows);
    }

    private static String flows() {
        return OVS.ofctl("dump-flows", THEIRS.text()).replaceAll("duration=[^,]*|n_(packets|bytes)=\\d+", "");
    }

    private static String trace(BridgeName bridge) {
        return OVS.trace(bridge.text(), "in_port=uplink,tcp");
    }

    private ObservedRules.State state(Desired desired) {
        return hostSwitch.observe(desired).rules().get(0).state();
    }

    private ObservedBridge.BaseRules base(Desired desired, BridgeName bridge) {
        return hostSwitch.observe(desired).bridges().stream()
                .filter(found -> found.name().equals(bridge))
                .findFirst()
                .orElseThrow()
                .base();
    }

    private static Desired desired(BridgeName bridge) {
        return desired(bridge, FailurePolicy.OPEN);
    }

    private static Desired desired(BridgeName bridge, FailurePolicy failure) {
        return desired(
                0x55,
                new ChainSpec.Spec(
                        bridge, FlowMatch.parse("tcp"), 100, failure, RunState.RUNNING, List.of(middlebox())));
    }

    /** A chain on the own bridge with a machine for each connection. */
    private static Desired onDemand(String flow, RunState state) {
        return desired(0x55, onDemandSpec(flow, state));
    }

    private static ChainSpec.Spec onDemandSpec(String flow, RunState state) {
        FlowMatch match = FlowMatch.parse(flow);
        return new ChainSpec.Spec(
                OWN,
                match,
                match.reversed(),
                100,
                Instances.PER_CONNECTION,
                StartMode.FIRST_PACKET,
                ChainSpec.Spec.DEFAULT_IDLE,
                FailurePolicy.CLOSED,
                Limits.STANDARD,
                state,
                false,
                List.of(middlebox()));
    }

    private static Desired desired(int id, ChainSpec.Spec spec) {
        Map<Name, MachineId> machines = spec.isOnDemand() ? Map.of() : Map.of(FIREWALL, MACHINE);
        DeclaredChain chain =
                new DeclaredChain(new ChainId(id), ChainSpec.of(FIREWALL, Owner.OPERATOR, spec), false, machines);
        return new Desired(
                OWN,
                Accelerator.QEMU,
                List.of(port("uplink", spec.bridge()), port("servers", spec.bridge())),
                List.of(),
                List.of(new DesiredChain(ChainCompiler.compile(chain), false, Map.of())));
    }

    private static MiddleboxSpec middlebox() {
        return new MiddleboxSpec(
                FIREWALL,
                "wire 1.0.0",
                ImageDigest.parse("00".repeat(32)),
                8,
                1,
                HypervisorChoice.AUTO,
                HealthSpec.STANDARD,
                List.of(
                        new DeviceWiring("outside", DeviceMode.BUMP, WireEnd.parse("uplink")),
                        new DeviceWiring("inside", DeviceMode.BUMP, WireEnd.parse("servers"))));
    }

    private static ExternalPort port(String name, BridgeName bridge) {
        return new ExternalPort(new PortName(name), bridge, Owner.OPERATOR, true, List.of());
    }
}
