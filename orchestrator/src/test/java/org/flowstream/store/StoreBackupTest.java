package org.flowstream.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.Owner;
import org.flowstream.model.PortName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreBackupTest {
    @TempDir
    private Path folder;

    private Path state() {
        return folder.resolve("state");
    }

    private Path copy() {
        return folder.resolve("copy");
    }

    private static ExternalPort port(String name) {
        return new ExternalPort(PortName.parse(name), BridgeName.parse("flowstream"), Owner.OPERATOR, true, List.of());
    }

    private List<String> ports() {
        try (Store store = Store.open(state())) {
            return store.ports().stream().map(port -> port.name().text()).toList();
        }
    }

    private List<String> files(Path where) throws Exception {
        try (java.util.stream.Stream<Path> files = Files.list(where)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aCopyIsMadeWhileTheStoreIsInUseAndHoldsWhatWasToldAsDone() throws Exception {
        try (Store store = Store.open(state())) {
            store.put(port("uplink"));
            assertThat(StoreBackup.backUp(state(), copy()).ports()).isEqualTo(1);
            store.put(port("servers"));
            assertThatThrownBy(() -> StoreBackup.restore(state(), copy()))
                    .isInstanceOf(StoreException.class)
                    .hasMessage("another daemon works on " + state());
            assertThat(store.ports()).hasSize(2);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy())))
                .isEqualTo("rw-------");
        assertThat(files(folder)).containsExactly("copy", "state");
        assertThat(ports()).containsExactly("servers", "uplink");

        assertThat(StoreBackup.restore(state(), copy()).ports()).isEqualTo(1);
        assertThat(files(state())).containsExactly("lock", "store.sqlite", "store.sqlite.replaced");
        assertThat(ports()).containsExactly("uplink");

        StoreBackup.restore(state(), state().resolve("store.sqlite.replaced"));
        assertThat(ports()).containsExactly("servers", "uplink");
    }

    @Test
    void aCopyIsPutIntoAnEmptyFolder() {
        try (Store store = Store.open(state())) {
            store.put(port("uplink"));
        }
        StoreBackup.backUp(state(), copy());
        Path other = folder.resolve("other");
        StoreBackup.restore(other, copy());
        try (Store store = Store.open(other)) {
            assertThat(store.ports()).hasSize(1);
        }
    }

    @Test
    void aDamagedStoreIsReplacedAndKept() throws Exception {
        try (Store store = Store.open(state())) {
            store.put(port("uplink"));
        }
        StoreBackup.backUp(state(), copy());
        Files.writeString(state().resolve("store.sqlite"), "nothing that SQLite would know".repeat(300));
        assertThatThrownBy(this::ports).hasMessageContaining("is damaged");
        StoreBackup.restore(state(), copy());
        assertThat(ports()).containsExactly("uplink");
        assertThat(state().resolve("store.sqlite.replaced")).content().startsWith("nothing that");
    }

    @Test
    void whatIsNoSoundCopyChangesNothing() throws Exception {
        try (Store store = Store.open(state())) {
            store.put(port("uplink"));
        }
        StoreBackup.backUp(state(), copy());
        byte[] sound = Files.readAllBytes(copy());
        byte[] damaged = sound.clone();
        java.util.Arrays.fill(damaged, 4096, 3 * 4096, (byte) 0x5a);
        Files.write(copy(), damaged);
        assertThatThrownBy(() -> StoreBackup.restore(state(), copy())).hasMessageContaining("is damaged");

        Files.write(copy(), sound);
        execute("PRAGMA user_version = 99");
        assertThatThrownBy(() -> StoreBackup.restore(state(), copy()))
                .hasMessageContaining("is of version 99, written by a newer flowstream");
        execute("PRAGMA application_id = 1");
        assertThatThrownBy(() -> StoreBackup.restore(state(), copy()))
                .hasMessageContaining("is no store of flowstream");
        assertThatThrownBy(() -> StoreBackup.restore(state(), folder.resolve("none")))
                .hasMessageContaining("there is no file");
        assertThat(files(state())).noneMatch(name -> name.contains(".part") || name.contains(".replaced"));
        assertThat(ports()).containsExactly("uplink");
    }

    @Test
    void nothingIsWrittenOver() {
        Store.open(state()).close();
        StoreBackup.backUp(state(), copy());
        assertThatThrownBy(() -> StoreBackup.backUp(state(), copy())).hasMessage(copy() + " is there already");
        assertThatThrownBy(() -> StoreBackup.backUp(folder.resolve("none"), folder.resolve("another")))
                .hasMessageContaining("there is no store in");
        assertThat(folder.resolve("none")).doesNotExist();
    }

    private void execute(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy());
                java.sql.Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
