package org.flowstream.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.sqlite.SQLiteConfig;

/**
 * Copies of a state folder's store: made while a daemon works on it or not, put back only while none does. A copy is one
 * file, sound by itself.
 */
public final class StoreBackup {
    private static final List<String> WITH_IT = List.of("-wal", "-shm", "-journal");

    private StoreBackup() {}

    /** What a copy holds. */
    public record Summary(int version, long chains, long ports) {}

    /**
     * Copies the store of a state folder, as of one moment, to a file that is not there yet.
     *
     * @throws StoreException when there is no store, the file is there already, or it cannot be written
     */
    public static Summary backUp(Path folder, Path to) {
        Path store = folder.resolve(Store.FILE);
        if (!Files.exists(store)) {
            throw new StoreException("there is no store in " + folder, "name the state folder (--state-folder)");
        }
        if (Files.exists(to)) {
            throw new StoreException(to + " is there already", "name a file that is not");
        }
        Path part = sibling(to, ".part");
        try {
            discard(part);
            try (Connection connection = readOnly(store);
                    PreparedStatement copy = connection.prepareStatement("VACUUM INTO ?")) {
                copy.setString(1, part.toString());
                copy.executeUpdate();
            } catch (SQLException e) {
                throw StoreException.of(store, e);
            }
            Summary summary = examine(part);
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-------"));
            keep(part);
            Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
            return summary;
        } catch (IOException e) {
            throw new StoreException("cannot write " + to + ": " + e, "name a file on a disk with room", e);
        } finally {
            discardQuietly(part);
        }
    }

    /**
     * Puts a copy in the place of a state folder's store; what stood there is kept beside it as
     * {@code store.sqlite.replaced}. A copy of an older version is brought up to this one's.
     *
     * @throws StoreException when a daemon works on the folder, or the file is no sound copy that this version knows;
     *     then nothing is changed
     */
    public static Summary restore(Path folder, Path from) {
        if (!Files.isRegularFile(from)) {
            throw new StoreException("there is no file " + from, "name one that 'flowstream store backup' wrote");
        }
        examine(from);
        StateLock lock = StateLock.take(folder);
        try {
            Path store = folder.resolve(Store.FILE);
            Path part = sibling(store, ".part");
            try {
                discard(part);
                Files.copy(from, part);
                Database.open(part).close();
                Summary summary = examine(part);
                keep(part);
                setAside(store);
                Files.move(part, store, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return summary;
            } catch (IOException e) {
                throw new StoreException(
                        "cannot write " + store + ": " + e, "run as root, on a disk with room; nothing was changed", e);
            } finally {
                discardQuietly(part);
            }
        } finally {
            lock.close();
        }
    }

    /** Keeps a copy of what is there, and leaves it with nothing beside the one file: a move then changes all at once. */
    private static void setAside(Path store) throws IOException {
        if (!Files.exists(store)) {
            return;
        }
        Path kept = sibling(store, ".replaced");
        discard(kept);
        try {
            Database.open(store).close(); // its log is folded into it
        } catch (StoreException e) {
            // It is damaged, or a newer version's: what the log has of it is kept as it is.
            for (String suffix : WITH_IT) {
                if (Files.exists(sibling(store, suffix))) {
                    Files.copy(sibling(store, suffix), sibling(kept, suffix), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        Files.copy(store, kept, StandardCopyOption.REPLACE_EXISTING);
        for (String suffix : WITH_IT) {
            Files.deleteIfExists(sibling(store, suffix));
        }
    }

    /** Looks whether a file is a sound store, every page of it. */
    private static Summary examine(Path file) {
        try (Connection connection = readOnly(file)) {
            String verdict = text(connection, "PRAGMA integrity_check(1)");
            if (!verdict.equals("ok")) {
                throw new StoreException(file + " is damaged: " + verdict, "take another copy");
            }
            if (number(connection, "PRAGMA application_id") != Database.APPLICATION_ID) {
                throw new StoreException(file + " is no store of flowstream", "name one that 'store backup' wrote");
            }
            int version = (int) number(connection, "PRAGMA user_version");
            if (version > Database.newest()) {
                throw Database.newer(file, version);
            }
            return new Summary(
                    version,
                    number(connection, "SELECT count(*) FROM chain"),
                    number(connection, "SELECT count(*) FROM port"));
        } catch (SQLException e) {
            throw StoreException.of(file, e);
        }
    }

    private static Connection readOnly(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(Database.BUSY_MILLIS);
        return config.createConnection("jdbc:sqlite:" + file);
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        String text = text(connection, sql);
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    /** Sees to it that a file is on the disk. */
    private static void keep(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static Path sibling(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    private static void discard(Path file) throws IOException {
        Files.deleteIfExists(file);
        for (String suffix : WITH_IT) {
            Files.deleteIfExists(sibling(file, suffix));
        }
    }

    private static void discardQuietly(Path file) {
        try {
            discard(file);
        } catch (IOException e) {
            // The next one begins by taking it away.
            file.toFile().deleteOnExit();
        }
    }
}
