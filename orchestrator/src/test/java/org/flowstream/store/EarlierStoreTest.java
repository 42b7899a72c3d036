package org.flowstream.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.Change;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.Instances;
import org.flowstream.model.Limits;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.PendingChange;
import org.flowstream.model.PortName;
import org.flowstream.model.RunState;
import org.flowstream.model.SetMember;
import org.flowstream.model.StartMode;
import org.flowstream.model.TemplateOrigin;
import org.flowstream.net.FlowMatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores that an earlier version wrote, and what came with version 3 of the store. */
final class EarlierStoreTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Name SET = Name.parse("site");

    /** As version 2 of the store has it in the tag v0.1.0 and before: never to be changed. */
    private static final String OLD_SPEC = "{\"apiVersion\":\"flowstream/v1\",\"kind\":\"Chain\",\"name\":\"fw\","
            + "\"owner\":\"operator\",\"spec\":{\"bridge\":\"flowstream\",\"flow\":\"tcp,nw_dst=10.0.0.2,tp_dst=80\","
            + "\"priority\":100,\"failure\":\"closed\",\"state\":\"stopped\",\"middleboxes\":[{\"name\":\"fw\","
            + "\"template\":\"firewall 1.0.0\",\"image\":\"sha256:" + "0".repeat(64) + "\",\"memoryMib\":8,"
            + "\"vcpus\":1,\"hypervisor\":\"auto\",\"health\":{\"ready\":[\"machine\",\"control\"],"
            + "\"heartbeat\":\"1s\"},\"devices\":[{\"device\":\"outside\",\"mode\":\"bump\",\"to\":\"uplink\"},"
            + "{\"device\":\"inside\",\"mode\":\"bump\",\"to\":\"servers\"}]}]}}";

    @TempDir
    private Path folder;

    private void execute(String... statements) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("store.sqlite"));
                java.sql.Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }

    @Test
    void aStoreOfVersion2IsReadAsItWasMeant() throws Exception {
        Store.open(folder).close();
        execute(
                "DROP TABLE set_member",
                "DROP TABLE pending_change",
                "DROP TABLE pool",
                "DROP TABLE operation",
                "DROP TABLE leaving_port",
                "DROP TABLE trial",
                "PRAGMA user_version = 2",
                "INSERT INTO chain VALUES ('fw', '00000001', 'operator', '" + OLD_SPEC
                        + "', 1, '2026-01-02T03:04:05Z')",
                "INSERT INTO machine VALUES ('00000002', 'fw', 'fw')");
        try (Store store = Store.open(folder)) {
            DeclaredChain chain = store.chains().get(0);
            ChainSpec.Spec spec = chain.spec().spec();
            assertThat(chain.wasReady()).isTrue();
            assertThat(spec.flow()).isEqualTo(FlowMatch.parse("tcp,nw_dst=10.0.0.2,tp_dst=80"));
            assertThat(spec.returnFlow()).isEqualTo(FlowMatch.parse("tcp,nw_src=10.0.0.2,tp_src=80"));
            assertThat(spec.instances()).isEqualTo(Instances.ONE);
            assertThat(spec.start()).isEqualTo(StartMode.NOW);
            assertThat(spec.limits()).isEqualTo(Limits.STANDARD);
            assertThat(spec.idle()).isEqualTo(ChainSpec.Spec.DEFAULT_IDLE);
            assertThat(spec.bypassed()).isFalse();
            assertThat(spec.state()).isEqualTo(RunState.STOPPED);
            assertThat(spec.middleboxes().get(0).origin()).isEqualTo(TemplateOrigin.OTHER);
            assertThat(spec.middleboxes().get(0).parameters()).isEmpty();
            store.put(chain.withSpec(chain.spec().withBypassed(true)), NOW);
        }
        try (Store store = Store.open(folder)) {
            assertThat(store.chains().get(0).spec().spec().bypassed()).isTrue();
        }
        assertThat(folder.resolve("store.sqlite.v2")).exists();
    }

    private static ExternalPort port(String name) {
        return new ExternalPort(PortName.parse(name), BridgeName.parse("flowstream"), Owner.OPERATOR, true, List.of());
    }

    @Test
    void whatASetMadeLeavesItWhenItIsStruckOut() {
        try (Store store = Store.open(folder)) {
            Change made = new Change(
                    List.of(),
                    List.of(),
                    List.of(port("uplink"), port("servers")),
                    List.of(),
                    List.of(
                            SetMember.port(SET, PortName.parse("uplink")),
                            SetMember.port(SET, PortName.parse("servers"))));
            store.put(made, List.of(), Optional.empty(), NOW);
            assertThat(store.members()).extracting(SetMember::name).containsExactly("servers", "uplink");
            store.removePort(PortName.parse("uplink"));
            assertThat(store.members()).extracting(SetMember::name).containsExactly("servers");
        }
    }

    @Test
    void aPendingChangeOutlivesItsDaemonUntilItIsConfirmed() {
        Change undo = new Change(List.of(), List.of(Name.parse("new")), List.of(port("old")), List.of(), List.of());
        PendingChange pending = new PendingChange(SET, NOW.plusSeconds(60), undo);
        Change nothing = new Change(List.of(), List.of(), List.of(), List.of(), List.of());
        try (Store store = Store.open(folder)) {
            store.put(nothing, List.of(), Optional.of(pending), NOW);
        }
        try (Store store = Store.open(folder)) {
            assertThat(store.pending()).contains(pending);
            store.confirm();
        }
        try (Store store = Store.open(folder)) {
            assertThat(store.pending()).isEmpty();
        }
    }
}
