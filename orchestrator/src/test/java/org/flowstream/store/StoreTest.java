package org.flowstream.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ChainId;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.ExitReason;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.HealthSpec;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;
import org.flowstream.model.RunState;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    @TempDir
    private Path folder;

    @Test
    void whatWasDeclaredIsThereAfterReopening() {
        DeclaredChain chain = chain("fw", 7);
        ExternalPort port = new ExternalPort(
                PortName.parse("uplink"), BridgeName.parse("flowstream"), Owner.OPERATOR, true, List.of("tx", "gso"));
        ExitReason exit = new ExitReason(NOW, ExitReason.Cause.PANIC, "PANIC stack guard");
        try (Store store = Store.open(folder)) {
            store.put(chain, NOW);
            store.put(port);
            store.addExit(MachineId.parse(chain.machine(Name.parse("fw")).toString()), exit);
        }
        try (Store store = Store.open(folder)) {
            assertThat(store.chains()).containsExactly(chain);
            assertThat(store.chain(Name.parse("fw"))).contains(chain);
            assertThat(store.declaredAt(Name.parse("fw"))).contains(NOW);
            assertThat(store.ports()).containsExactly(port);
            assertThat(store.exits(chain.machine(Name.parse("fw")))).containsExactly(exit);
        }
    }

    @Test
    void declaringAnewKeepsTheIdsAndTheExits() {
        try (Store store = Store.open(folder)) {
            DeclaredChain chain = chain("fw", 7);
            MachineId machine = chain.machine(Name.parse("fw"));
            store.put(chain, NOW);
            store.addExit(machine, new ExitReason(NOW, ExitReason.Cause.DIED, ""));
            DeclaredChain stopped =
                    chain.withSpec(chain.spec().withState(RunState.STOPPED)).ready();
            store.put(stopped, NOW.plusSeconds(60));
            assertThat(store.chains()).containsExactly(stopped);
            assertThat(store.declaredAt(Name.parse("fw"))).contains(NOW);
            assertThat(store.exits(machine)).hasSize(1);

            assertThat(store.removeChain(Name.parse("fw"))).isTrue();
            assertThat(store.removeChain(Name.parse("fw"))).isFalse();
            assertThat(store.exits(machine)).isEmpty();
            store.addExit(machine, new ExitReason(NOW, ExitReason.Cause.DIED, "of a chain that is gone"));
            assertThat(store.exitCounts(machine)).isEmpty();
        }
    }

    @Test
    void endsAreCountedForEverAndTheLatestAreKept() {
        try (Store store = Store.open(folder)) {
            DeclaredChain chain = chain("fw", 7);
            MachineId machine = chain.machine(Name.parse("fw"));
            store.put(chain, NOW);
            for (int count = 0; count < 60; count++) {
                store.addExit(machine, new ExitReason(NOW.plusSeconds(count), ExitReason.Cause.DIED, "" + count));
            }
            store.addExit(machine, new ExitReason(NOW, ExitReason.Cause.PANIC, "last"));
            assertThat(store.exits(machine))
                    .hasSize(50)
                    .first()
                    .satisfies(first -> assertThat(first.detail()).isEqualTo("last"));
            assertThat(store.exitCounts(machine))
                    .isEqualTo(Map.of(ExitReason.Cause.DIED, 60L, ExitReason.Cause.PANIC, 1L));
        }
    }

    @Test
    void twoStoresOnOneFolderAreRefused() {
        try (Store store = Store.open(folder)) {
            assertThat(store.chains()).isEmpty();
            assertThatThrownBy(() -> Store.open(folder))
                    .isInstanceOf(StoreException.class)
                    .hasMessage("another daemon works on " + folder);
        }
        Store.open(folder).close();
    }

    @Test
    void aNewerVersionIsRefusedAndLeftAsItIs() throws Exception {
        Store.open(folder).close();
        execute("PRAGMA user_version = 99");
        assertThatThrownBy(() -> Store.open(folder))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("is of version 99, written by a newer flowstream; this one knows ");
        execute("PRAGMA user_version = 7");
        Store.open(folder).close();
    }

    @Test
    void anOlderVersionIsBroughtUpAndACopyIsKept() throws Exception {
        try (Store store = Store.open(folder)) {
            store.put(chain("fw", 7), NOW);
        }
        execute("DROP TABLE leaving_chain; DROP TABLE set_member; DROP TABLE pending_change; DROP TABLE pool;"
                + " DROP TABLE operation; DROP TABLE leaving_port; DROP TABLE trial");
        execute("PRAGMA user_version = 1");
        try (Store store = Store.open(folder)) {
            assertThat(store.chain(Name.parse("fw"))).isPresent();
            assertThat(store.leavingChains()).isEmpty();
        }
        try (Connection copy = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("store.sqlite.v1"));
                java.sql.ResultSet rows = copy.createStatement().executeQuery("SELECT name FROM chain")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1)).isEqualTo("fw");
        }
    }

    @Test
    void theIdOfAChainThatWasStruckOutIsKeptUntilItIsForgotten() {
        try (Store store = Store.open(folder)) {
            store.put(chain("fw", 7), NOW);
            store.removeChain(Name.parse("fw"));
        }
        try (Store store = Store.open(folder)) {
            assertThat(store.leavingChains()).containsExactly(new ChainId(7));
            store.forget(store.leavingChains());
            assertThat(store.leavingChains()).isEmpty();
        }
    }

    @Test
    void anotherProgramsFileIsRefused() throws Exception {
        execute("CREATE TABLE theirs (x)");
        assertThatThrownBy(() -> Store.open(folder)).hasMessageEndingWith("belongs to another program");
    }

    @Test
    void aDamagedFileIsOneClearErrorAndNotTouched() throws Exception {
        try (Store store = Store.open(folder)) {
            store.put(chain("fw", 7), NOW);
        }
        byte[] damaged = Files.readAllBytes(file());
        java.util.Arrays.fill(damaged, 4096, 3 * 4096, (byte) 0x5a);
        Files.write(file(), damaged);
        assertThatThrownBy(() -> Store.open(folder))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        failure -> assertThat(failure.cure()).contains("put a copy of it back"))
                .hasMessageContaining(file() + " is damaged");
        assertThat(Files.readAllBytes(file())).isEqualTo(damaged);

        Files.writeString(file(), "this is not a database at all, but long enough to have a header".repeat(20));
        assertThatThrownBy(() -> Store.open(folder)).hasMessageContaining(file() + " is damaged");
    }

    @Test
    void aFullDiskIsOneClearErrorAndNothingIsHalfDone() throws Exception {
        assumeThat(System.getProperty("user.name"))
                .as("only root can mount a small disk")
                .isEqualTo("root");
        run("mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", folder.toString());
        try {
            try (Store store = Store.open(folder)) {
                store.put(chain("kept", 1), NOW);
                Path filler = folder.resolve("filler");
                fill(filler);
                assertThatThrownBy(() -> {
                            for (int count = 2; count < 500; count++) {
                                store.put(chain("c" + count, count), NOW);
                            }
                        })
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining("nothing was changed");
                int kept = store.chains().size();
                Files.delete(filler);
                store.put(chain("after", 1000), NOW);
                assertThat(store.chains()).hasSize(kept + 1);
            }
            try (Store store = Store.open(folder)) {
                assertThat(store.chain(Name.parse("kept"))).isPresent();
                assertThat(store.chain(Name.parse("after"))).isPresent();
            }
        } finally {
            run("umount", folder.toString());
        }
    }

    private static void fill(Path filler) throws Exception {
        try (java.io.OutputStream out = Files.newOutputStream(filler)) {
            byte[] block = new byte[4096];
            while (true) {
                out.write(block);
            }
        } catch (java.io.IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(String.join(" ", command)).isZero();
    }

    private void execute(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                java.sql.Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private Path file() {
        return folder.resolve("store.sqlite");
    }

    private static DeclaredChain chain(String name, long id) {
        MiddleboxSpec middlebox = new MiddleboxSpec(
                Name.parse(name),
                "firewall 1.0.0",
                ImageDigest.parse("sha256:" + "0".repeat(64)),
                8,
                1,
                HypervisorChoice.AUTO,
                new HealthSpec(List.of(HealthLevel.CONTROL), Duration.ofMillis(1500)),
                List.of(
                        new DeviceWiring("outside", DeviceMode.BUMP, WireEnd.parse("uplink")),
                        new DeviceWiring("inside", DeviceMode.BUMP, WireEnd.parse("servers"))));
        ChainSpec spec = ChainSpec.of(
                Name.parse(name),
                Owner.OPERATOR,
                new ChainSpec.Spec(
                        BridgeName.parse("flowstream"),
                        FlowMatch.parse("tcp,nw_dst=10.0.0.2,tp_dst=80"),
                        100,
                        FailurePolicy.CLOSED,
                        RunState.RUNNING,
                        List.of(middlebox)));
        return new DeclaredChain(new ChainId(id), spec, false, Map.of(Name.parse(name), new MachineId(id)));
    }
}
