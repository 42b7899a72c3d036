package org.flowstream.ovsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.model.BridgeName;
import org.flowstream.model.Installation;
import org.flowstream.model.MachineId;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;
import org.flowstream.testing.PrivateSwitch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bridges and ports in a real database, taken up by a real ovs-vswitchd. */
final class SwitchDatabaseTest {
    @RegisterExtension
    static final PrivateSwitch OVS = new PrivateSwitch();

    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final BridgeName OWN = new BridgeName("flowstream");
    private static final BridgeName THEIRS = new BridgeName("br-theirs");
    private static final MachineId MACHINE = new MachineId(0x12_3456_789aL);
    private static final Tags TAGS = Tags.of("web", MACHINE, Owner.parse("alice"));

    private SwitchDatabase database;

    SwitchDatabaseTest() {}

    @BeforeEach
    void connect() {
        database = SwitchDatabase.connect(OVS.databaseSocket(), BOUND, () -> {});
        database.awaitConnected();
    }

    @AfterEach
    void empty() {
        database.close();
        OVS.vsctl("--if-exists", "del-br", OWN.text(), "--", "--if-exists", "del-br", THEIRS.text());
    }

    @Test
    void theOwnBridgeIsSecureAndTagged() {
        database.makeOwnBridge(OWN, Datapath.USER);
        database.makeOwnBridge(OWN, Datapath.USER);

        ObservedBridge bridge = database.observe().bridge(OWN).orElseThrow();
        assertThat(bridge.failMode()).isEqualTo("secure");
        assertThat(bridge.datapathType()).isEqualTo("netdev");
        assertThat(bridge.isOurs()).isTrue();
        assertThat(bridge.hasGroupRange()).isTrue();
        assertThat(OVS.vsctl("get", "bridge", OWN.text(), "external_ids:flowstream-groups")
                        .trim())
                .isEqualTo("\"0x466c0000-0x466cffff\"");
        assertThat(OVS.ofctl("dump-flows", OWN.text())).doesNotContain("NORMAL");

        database.removeOwnBridge(OWN);
        database.removeOwnBridge(OWN);
        assertThat(OVS.vsctl("list-br")).isEmpty();
    }

    @Test
    void aBridgeOfOthersIsNeverTakenForOurs() {
        OVS.vsctl("add-br", OWN.text());
        awaitBridge(OWN);
        assertThatThrownBy(() -> database.makeOwnBridge(OWN, Datapath.USER))
                .isInstanceOf(SwitchConflictException.class)
                .hasMessage("bridge 'flowstream' exists and is not ours; use it with --bridge flowstream, "
                        + "or give ours another name");
        assertThatThrownBy(() -> database.removeOwnBridge(OWN)).hasMessage("bridge 'flowstream' is not ours");
    }

    @Test
    void ourBridgeStaysWhileItHoldsPortsOfOthers() {
        database.makeOwnBridge(OWN, Datapath.USER);
        OVS.vsctl("add-port", OWN.text(), "guest");
        await("guest")
                .atMost(BOUND)
                .until(() -> database.observe().port(new PortName("guest")).isPresent());
        assertThatThrownBy(() -> database.removeOwnBridge(OWN))
                .hasMessage("bridge 'flowstream' holds ports that are not ours: guest");
    }

    @Test
    void tapsAreAddedTogetherAndGoByTheirTag() {
        database.makeOwnBridge(OWN, Datapath.USER);
        OVS.vsctl("add-port", OWN.text(), "guest");

        List<ObservedPort> ports = database.addPorts(List.of(tap(0), tap(1)));

        assertThat(ports).extracting(ObservedPort::name).containsExactly("fs" + MACHINE + "0", "fs" + MACHINE + "1");
        assertThat(ports.stream().map(port -> port.number().getAsInt())).containsExactly(20_000, 20_001);
        assertThat(ports.get(0).tags()).contains(TAGS);
        assertThat(database.observe().portsOf(MACHINE)).hasSize(2);
        assertThat(database.addPorts(List.of(tap(0), tap(1)))).as("again").isEqualTo(ports);

        database.removeMachine(MACHINE);
        database.removeMachine(MACHINE);
        assertThat(OVS.vsctl("list-ports", OWN.text()).trim()).isEqualTo("guest");
    }

    @Test
    void numbersAreNotUsedAgainAtOnce() {
        database.makeOwnBridge(OWN, Datapath.USER);
        database.addPorts(List.of(tap(0), tap(1)));
        database.removePorts(
                List.of(database.observe().port(MACHINE.portName(0)).orElseThrow()));
        ObservedPort next = database.addPorts(List.of(tap(2))).get(0);
        assertThat(next.number()).hasValue(20_002);
    }

    @Test
    void aMissingBridgeIsNamed() {
        OVS.vsctl("add-br", THEIRS.text());
        awaitBridge(THEIRS);
        assertThatThrownBy(() -> database.addPorts(List.of(tap(0))))
                .isInstanceOf(SwitchConflictException.class)
                .hasMessage("bridge 'flowstream' does not exist; there are: br-theirs");
    }

    @Test
    void aPortThatCannotBeOpenedIsToldAndTakenBack() {
        database.makeOwnBridge(OWN, Datapath.USER);
        NewPort impossible = new NewPort(OWN, MACHINE.portName(1), "no-such-type", Map.of(), TAGS);

        assertThatThrownBy(() -> database.addPorts(List.of(tap(0), impossible)))
                .isInstanceOf(SwitchConflictException.class)
                .hasMessageStartingWith("Open vSwitch cannot open port '" + MACHINE.portName(1) + "': ");
        assertThat(OVS.vsctl("list-ports", OWN.text())).isEmpty();
    }

    @Test
    void portsOfOthersAreAdoptedUnmarkedAndNeverRemoved() {
        OVS.vsctl("add-br", THEIRS.text(), "--", "add-port", THEIRS.text(), "uplink");
        awaitBridge(THEIRS);
        String before = OVS.vsctl("list", "port", "uplink");

        assertThat(database.attach(THEIRS, new PortName("uplink"), Owner.OPERATOR))
                .isFalse();
        assertThat(database.attach(THEIRS, new PortName("servers"), Owner.OPERATOR))
                .isTrue();
        assertThat(database.attach(THEIRS, new PortName("servers"), Owner.OPERATOR))
                .isTrue();
        assertThat(database.observe()
                        .port(new PortName("servers"))
                        .orElseThrow()
                        .tags())
                .contains(Tags.of("servers", Owner.OPERATOR));

        assertThat(OVS.vsctl("list", "port", "uplink")).isEqualTo(before);
        ObservedPort uplink = database.observe().port(new PortName("uplink")).orElseThrow();
        assertThatThrownBy(() -> database.removePorts(List.of(uplink)))
                .hasMessage("port 'uplink' on bridge 'br-theirs' is not ours");
        assertThatThrownBy(
                        () -> database.addPorts(List.of(NewPort.hostInterface(THEIRS, new PortName("uplink"), TAGS))))
                .hasMessage("port 'uplink' is on bridge 'br-theirs' already and is not ours");
    }

    @Test
    void onABridgeOfOthersOnlyOurKeysComeAndGo() {
        OVS.vsctl("add-br", THEIRS.text(), "--", "set", "bridge", THEIRS.text(), "external_ids:theirs=1");
        awaitBridge(THEIRS);
        OVS.ofctl("add-flow", THEIRS.text(), "cookie=0x77,priority=5,actions=drop");
        String before = OVS.vsctl("list", "bridge", THEIRS.text());
        String flows = OVS.ofctl("dump-flows", THEIRS.text()).replaceAll("duration=[^,]*", "");

        database.reserveGroups(THEIRS);
        database.addPorts(List.of(NewPort.hostInterface(THEIRS, MACHINE.portName(0), TAGS)));
        assertThat(database.observe().bridge(THEIRS).orElseThrow().hasGroupRange())
                .isTrue();
        database.removeMachine(MACHINE);
        database.releaseGroups(THEIRS);

        assertThat(OVS.vsctl("list", "bridge", THEIRS.text())).isEqualTo(before);
        assertThat(OVS.ofctl("dump-flows", THEIRS.text()).replaceAll("duration=[^,]*", ""))
                .isEqualTo(flows);
    }

    @Test
    void bridgesAreJoinedByAPatch() {
        database.makeOwnBridge(OWN, Datapath.USER);
        OVS.vsctl("add-br", THEIRS.text());
        awaitBridge(THEIRS);
        PortName here = new PortName("fs-join-a");
        PortName there = new PortName("fs-join-b");
        Tags tags = Tags.of("join", Owner.OPERATOR);
        List<ObservedPort> ends = database.addPorts(
                List.of(NewPort.patch(OWN, here, there, tags), NewPort.patch(THEIRS, there, here, tags)));
        assertThat(ends).extracting(ObservedPort::bridge).containsExactly("flowstream", "br-theirs");
        assertThat(ends).allMatch(ObservedPort::isUp);
    }

    @Test
    void theDatabaseMayRestart() {
        database.makeOwnBridge(OWN, Datapath.USER);
        OVS.stopDatabase();
        await("loss noticed").atMost(BOUND).until(() -> !connected());
        assertThatThrownBy(() -> database.addPorts(List.of(tap(0)))).isInstanceOf(OvsdbUnavailableException.class);
        OVS.startDatabase();
        database.awaitConnected();
        assertThat(database.addPorts(List.of(tap(0)))).hasSize(1);
        assertThat(database.observe().bridge(OWN)).isPresent();
    }

    @Test
    void aSwitchThatIsDownIsNamed() {
        database.makeOwnBridge(OWN, Datapath.USER);
        OVS.stopDaemon();
        try (SwitchDatabase impatient =
                SwitchDatabase.connect(OVS.databaseSocket(), Duration.ofMillis(300), () -> {})) {
            impatient.awaitConnected();
            assertThatThrownBy(() -> impatient.addPorts(List.of(tap(0))))
                    .isInstanceOf(OvsdbTimeoutException.class)
                    .hasMessage("not within 300 ms: port 'fs" + MACHINE + "0' opened by ovs-vswitchd (is it running?)");
        } finally {
            OVS.startDaemon();
        }
        await("nothing left")
                .atMost(BOUND)
                .until(() -> database.observe().portsOf(MACHINE).isEmpty());
    }

    @Test
    void aRefusedTransactionSaysWhichOperation() {
        try (OvsdbClient client = OvsdbClient.open(OVS.databaseSocket(), updates -> {}, BOUND)) {
            client.echo();
            Operations operations = new Operations()
                    .select("Bridge", Operations.everyRow(), "name")
                    .select("Nothing", Operations.everyRow(), "name");
            assertThatThrownBy(() -> client.transact("Open_vSwitch", operations.toList()))
                    .isInstanceOf(OvsdbRefusedException.class)
                    .hasMessageStartingWith("the switch's database refused operation 1: ")
                    .extracting("operation")
                    .isEqualTo(1);
            assertThatThrownBy(() -> client.transact("Nothing", operations.toList()))
                    .isInstanceOf(OvsdbRefusedException.class)
                    .extracting("operation")
                    .isEqualTo(-1);
        }
    }

    @Test
    void anAbsentDatabaseIsOneClearLine() {
        Path nowhere = OVS.folder().resolve("nowhere.sock");
        assertThatThrownBy(() -> OvsdbClient.open(nowhere, updates -> {}, BOUND))
                .isInstanceOf(OvsdbUnavailableException.class)
                .hasMessage("Open vSwitch's database does not answer at " + nowhere + ": No such file or directory");
    }

    @Test
    void installationsTellTheirPortsApart() {
        Installation other = new Installation("/tmp/other");
        database.makeOwnBridge(OWN, Datapath.USER);
        database.addPorts(List.of(tap(0)));
        try (SwitchDatabase others = SwitchDatabase.connect(OVS.databaseSocket(), other, BOUND, () -> {})) {
            others.awaitConnected();
            others.addPorts(List.of(tap(1)));
            assertThat(others.observe().portsOf(other))
                    .extracting(ObservedPort::name)
                    .containsExactly(MACHINE.portName(1).text());
            assertThat(others.observe().portsOf(Installation.STANDARD))
                    .extracting(ObservedPort::name)
                    .containsExactly(MACHINE.portName(0).text());
            assertThat(others.observe().ourPorts()).hasSize(2);
        }
    }

    @Test
    void garbledTagsStayOurs() {
        assertThat(Tags.read(Map.of("flowstream", "x", "flowstream-machine", "!", "flowstream-owner", "a b")))
                .contains(new Tags("x", Optional.empty(), Owner.OPERATOR, Installation.STANDARD));
        assertThat(Tags.read(Map.of("flowstream-machine", MACHINE.toString()))).isEmpty();
    }

    private boolean connected() {
        try {
            database.observe();
            return true;
        } catch (OvsdbUnavailableException e) {
            return false;
        }
    }

    private void awaitBridge(BridgeName name) {
        database.await("bridge " + name, view -> view.bridge(name));
    }

    private static NewPort tap(int device) {
        return NewPort.hostInterface(OWN, MACHINE.portName(device), TAGS);
    }
}
