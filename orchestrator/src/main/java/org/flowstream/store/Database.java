package org.flowstream.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * An SQLite file with numbered migrations: write-ahead log, every commit on the disk before it is told. Before a
 * migration the file is copied beside itself. Used under its own lock, one transaction at a time.
 */
final class Database implements AutoCloseable {
    /** {@code FLOW}: tells our file from other programs' SQLite files. */
    static final int APPLICATION_ID = 0x464c4f57;

    static final int BUSY_MILLIS = 2000;

    private final Path file;
    private final Connection connection;

    /** Work within one transaction. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException;
    }

    /** A row's reader. */
    @FunctionalInterface
    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private Database(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /** Opens or makes the file, brings it to the newest version, and looks whether it is sound. */
    static Database open(Path file) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        config.setBusyTimeout(BUSY_MILLIS);
        try {
            Database database = new Database(file, config.createConnection("jdbc:sqlite:" + file));
            try {
                database.check();
                database.migrate();
                return database;
            } catch (SQLException | StoreException e) {
                database.close();
                throw e;
            }
        } catch (SQLException e) {
            throw StoreException.of(file, e);
        }
    }

    private void check() throws SQLException {
        String verdict = one("PRAGMA quick_check(1)", row -> row.getString(1)).orElse("no answer");
        if (!verdict.equals("ok")) {
            throw new SQLException(verdict, "", org.sqlite.SQLiteErrorCode.SQLITE_CORRUPT.code);
        }
        int id = one("PRAGMA application_id", row -> row.getInt(1)).orElse(0);
        boolean empty =
                one("SELECT count(*) FROM sqlite_schema", row -> row.getInt(1)).orElse(0) == 0;
        if (id != APPLICATION_ID && !empty) {
            throw new StoreException(
                    file + " belongs to another program", "name another state folder (--state-folder)");
        }
    }

    private void migrate() throws SQLException {
        List<String> migrations = migrations();
        int version = one("PRAGMA user_version", row -> row.getInt(1)).orElse(0);
        if (version > migrations.size()) {
            throw newer(file, version);
        }
        if (version > 0 && version < migrations.size()) {
            backUp(version);
        }
        for (int next = version; next < migrations.size(); next++) {
            String migration = migrations.get(next);
            int reached = next + 1;
            transaction(() -> {
                try (Statement statement = connection.createStatement()) {
                    statement.executeUpdate(migration);
                    statement.executeUpdate("PRAGMA application_id = " + APPLICATION_ID);
                    statement.executeUpdate("PRAGMA user_version = " + reached);
                }
                return reached;
            });
        }
    }

    /** The version that this program writes. */
    static int newest() {
        return migrations().size();
    }

    static StoreException newer(Path file, int version) {
        return new StoreException(
                file + " is of version " + version + ", written by a newer flowstream; this one knows " + newest(),
                "start the newer flowstream, or put back " + file + ".v" + newest()
                        + " (flowstream store restore FILE)");
    }

    private void backUp(int version) throws SQLException {
        Path copy = file.resolveSibling(file.getFileName() + ".v" + version);
        try {
            Files.deleteIfExists(copy);
        } catch (IOException e) {
            throw new StoreException("cannot replace the copy " + copy, "see to it that it can be written", e);
        }
        update("VACUUM INTO ?", copy.toString());
    }

    /** The scripts {@code 1.sql}, {@code 2.sql} and so on, in order. */
    private static List<String> migrations() {
        List<String> scripts = new ArrayList<>();
        for (int number = 1; ; number++) {
            try (InputStream in = Database.class.getResourceAsStream(number + ".sql")) {
                if (in == null) {
                    return scripts;
                }
                scripts.add(new String(in.readAllBytes(), UTF_8));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    /** Runs the work in one transaction: all of it is done, or none. */
    synchronized <T> T transaction(Work<T> work) {
        try {
            execute("BEGIN IMMEDIATE");
            try {
                T result = work.run();
                execute("COMMIT");
                return result;
            } catch (SQLException | RuntimeException e) {
                rollBack(e);
                throw e;
            }
        } catch (SQLException e) {
            throw StoreException.of(file, e);
        }
    }

    /** SQLite may have rolled back by itself, as it does when the disk is full: that is no second error. */
    private void rollBack(Exception reason) {
        try {
            execute("ROLLBACK");
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    int update(String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(sql, values)) {
            return statement.executeUpdate();
        }
    }

    <T> List<T> all(String sql, Reader<T> reader, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(sql, values);
                ResultSet rows = statement.executeQuery()) {
            List<T> found = new ArrayList<>();
            while (rows.next()) {
                found.add(reader.read(rows));
            }
            return found;
        }
    }

    <T> Optional<T> one(String sql, Reader<T> reader, @Nullable Object... values) throws SQLException {
        return all(sql, reader, values).stream().findFirst();
    }

    private PreparedStatement prepare(String sql, @Nullable Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int index = 0; index < values.length; index++) {
            statement.setObject(index + 1, values[index]);
        }
        return statement;
    }

    @Override
    public synchronized void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw StoreException.of(file, e);
        }
    }
}
