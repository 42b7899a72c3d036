package org.flowstream.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.flowstream.model.ChainId;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.Change;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.DeclaredJson;
import org.flowstream.model.ExitReason;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.MachineId;
import org.flowstream.model.Name;
import org.flowstream.model.Operation;
import org.flowstream.model.Owner;
import org.flowstream.model.PendingChange;
import org.flowstream.model.PoolSpec;
import org.flowstream.model.PortName;
import org.flowstream.model.PortSpec;
import org.flowstream.model.SetMember;
import org.flowstream.model.Trial;
import org.flowstream.problem.BadValueException;

/**
 * What was declared and how machines ended, kept across restarts of the daemon and of the host, in one SQLite file.
 * Nothing is kept here that can be read from the world.
 *
 * <p>Every method is one transaction that is on the disk when it returns; a {@link StoreException} means that nothing
 * was changed. Safe for all threads. One store at a time works on a state folder.
 */
public final class Store implements AutoCloseable {
    /** Its name in the state folder. */
    static final String FILE = "store.sqlite";
    /** Ends that are kept of each machine; their counts are kept of all. */
    private static final int KEPT_EXITS = 50;
    /** Operations that have ended and are kept; what goes on is kept in any case. */
    public static final int KEPT_OPERATIONS = 200;

    private final ObjectMapper mapper = DeclaredJson.mapper();
    private final StateLock lock;
    private final Database database;

    private Store(StateLock lock, Database database) {
        this.lock = lock;
        this.database = database;
    }

    /** Opens the store of a state folder; both are made where they are not there. */
    public static Store open(Path folder) {
        StateLock lock = StateLock.take(folder);
        try {
            return new Store(lock, Database.open(folder.resolve(FILE)));
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Whether a daemon works on a state folder now. */
    public static boolean isInUse(Path folder) {
        return StateLock.isTaken(folder);
    }

    /** All chains, by name. */
    public List<DeclaredChain> chains() {
        return database.transaction(() -> {
            Map<String, Map<Name, MachineId>> machines = new TreeMap<>();
            database.all(
                    "SELECT chain, middlebox, id FROM machine",
                    row -> machines.computeIfAbsent(row.getString(1), chain -> new TreeMap<>())
                            .put(Name.parse(row.getString(2)), MachineId.parse(row.getString(3))));
            return database.all(
                    "SELECT name, id, spec, was_ready FROM chain ORDER BY name", row -> chain(row, machines));
        });
    }

    public Optional<DeclaredChain> chain(Name name) {
        return chains().stream().filter(chain -> chain.name().equals(name)).findFirst();
    }

    private DeclaredChain chain(ResultSet row, Map<String, Map<Name, MachineId>> machines) throws SQLException {
        String name = row.getString(1);
        return new DeclaredChain(
                ChainId.parse(row.getString(2)),
                read(row.getString(3), ChainSpec.class, "chain '" + name + "'"),
                row.getBoolean(4),
                machines.getOrDefault(name, Map.of()));
    }

    /** When a chain was first declared. */
    public Optional<Instant> declaredAt(Name chain) {
        return database.transaction(() -> database.one(
                "SELECT declared_at FROM chain WHERE name = ?",
                row -> Instant.parse(row.getString(1)),
                chain.toString()));
    }

    /** Writes a chain down, or anew. Machines that it no longer has go with their exits. */
    public void put(DeclaredChain chain, Instant now) {
        database.transaction(() -> {
            write(chain, now);
            return true;
        });
    }

    /** Writes a chain down as it is tried, with what takes it back. */
    public void put(DeclaredChain chain, Trial trial, Instant now) {
        database.transaction(() -> {
            write(chain, now);
            database.update(
                    "INSERT OR REPLACE INTO trial (chain, before, after) VALUES (?, ?, ?)",
                    trial.chain().toString(),
                    json(trial.before()),
                    json(trial.after()));
            return true;
        });
    }

    /** Ends a trial: the chain is what it is from now on. */
    public void endTrial(DeclaredChain chain, Instant now) {
        database.transaction(() -> {
            write(chain, now);
            return database.update(
                            "DELETE FROM trial WHERE chain = ?", chain.name().toString())
                    > 0;
        });
    }

    /** The trials that have not ended. */
    public List<Trial> trials() {
        return database.transaction(() -> database.all(
                "SELECT before, after FROM trial ORDER BY chain",
                row -> new Trial(
                        read(row.getString(1), ChainSpec.class, "trial"),
                        read(row.getString(2), ChainSpec.class, "trial"))));
    }

    /**
     * Makes a change of several objects.
     *
     * @param chains those of the change, with their ids
     * @param pending what then waits for its confirmation; in its place nothing does any more
     */
    public void put(Change change, List<DeclaredChain> chains, Optional<PendingChange> pending, Instant now) {
        database.transaction(() -> {
            for (Name name : change.chainsAway()) {
                strikeOut(name);
            }
            for (PortName name : change.portsAway()) {
                strikeOut(name);
            }
            for (Name name : change.poolsAway()) {
                leaveSet(PoolSpec.KIND, name.toString());
                database.update("DELETE FROM pool WHERE name = ?", name.toString());
            }
            for (PoolSpec pool : change.pools()) {
                database.update(
                        "INSERT INTO pool (name, owner, spec) VALUES (?, ?, ?)"
                                + " ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, spec = excluded.spec",
                        pool.name().toString(),
                        pool.owner().toString(),
                        json(pool));
            }
            for (DeclaredChain chain : chains) {
                write(chain, now);
            }
            for (ExternalPort port : change.ports()) {
                write(port);
            }
            for (SetMember member : change.members()) {
                database.update(
                        "INSERT INTO set_member (kind, name, set_name) VALUES (?, ?, ?)"
                                + " ON CONFLICT (kind, name) DO UPDATE SET set_name = excluded.set_name",
                        member.kind(),
                        member.name(),
                        member.set().toString());
            }
            database.update("DELETE FROM pending_change");
            if (pending.isPresent()) {
                database.update("INSERT INTO pending_change (only_one, change) VALUES (1, ?)", json(pending.get()));
            }
            return true;
        });
    }

    /** All pools, by name. */
    public List<PoolSpec> pools() {
        return database.transaction(() -> database.all(
                "SELECT name, spec FROM pool ORDER BY name",
                row -> read(row.getString(2), PoolSpec.class, "pool '" + row.getString(1) + "'")));
    }

    /** The change that waits for its confirmation. */
    public Optional<PendingChange> pending() {
        return database.transaction(() -> database.one(
                "SELECT change FROM pending_change",
                row -> read(row.getString(1), PendingChange.class, "change that waits for its confirmation")));
    }

    /** The pending change stays as it is. */
    public void confirm() {
        database.transaction(() -> database.update("DELETE FROM pending_change"));
    }

    /** What applies of sets made and is still declared. */
    public List<SetMember> members() {
        return database.transaction(() -> database.all(
                "SELECT set_name, kind, name FROM set_member ORDER BY kind, name",
                row -> new SetMember(Name.parse(row.getString(1)), row.getString(2), row.getString(3))));
    }

    private void leaveSet(String kind, String name) throws SQLException {
        database.update("DELETE FROM set_member WHERE kind = ? AND name = ?", kind, name);
    }

    private void write(DeclaredChain chain, Instant now) throws SQLException {
        String name = chain.name().toString();
        database.update(
                "INSERT INTO chain (name, id, owner, spec, was_ready, declared_at) VALUES (?, ?, ?, ?, ?, ?)"
                        + " ON CONFLICT (name) DO UPDATE SET id = excluded.id, owner = excluded.owner,"
                        + " spec = excluded.spec, was_ready = excluded.was_ready",
                name,
                chain.id().toString(),
                chain.spec().owner().toString(),
                json(chain.spec()),
                chain.wasReady(),
                now.toString());
        List<String> before = database.all(
                "SELECT middlebox || '/' || id FROM machine WHERE chain = ?", row -> row.getString(1), name);
        for (String old : before) {
            String[] parts = old.split("/", 2);
            MachineId kept = chain.machines().get(Name.parse(parts[0]));
            if (kept == null || !kept.toString().equals(parts[1])) {
                database.update("DELETE FROM machine WHERE id = ?", parts[1]);
            }
        }
        for (Map.Entry<Name, MachineId> machine : chain.machines().entrySet()) {
            database.update(
                    "INSERT INTO machine (id, chain, middlebox) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
                    machine.getValue().toString(),
                    name,
                    machine.getKey().toString());
        }
    }

    /**
     * Writes an instance down whose machines were chains of their own.
     *
     * @param others the chains that are no more, beside the one whose name it keeps
     */
    public void bind(DeclaredChain instance, List<Name> others, Instant now) {
        database.transaction(() -> {
            for (Name name : others) {
                strikeOut(name);
            }
            write(instance, now);
            return true;
        });
    }

    /** Strikes a chain out, with its machines and their exits; its id is kept until {@link #forget}. */
    public boolean removeChain(Name name) {
        return database.transaction(() -> strikeOut(name));
    }

    private boolean strikeOut(Name name) throws SQLException {
        leaveSet(ChainSpec.KIND, name.toString());
        database.update(
                "INSERT OR IGNORE INTO leaving_chain (id) SELECT id FROM chain WHERE name = ?", name.toString());
        return database.update("DELETE FROM chain WHERE name = ?", name.toString()) > 0;
    }

    /** The ids of chains that were struck out and may still have rules in the switch. */
    public Set<ChainId> leavingChains() {
        return new TreeSet<>(database.transaction(
                () -> database.all("SELECT id FROM leaving_chain", row -> ChainId.parse(row.getString(1)))));
    }

    /** Nothing of these chains is left. */
    public void forget(Collection<ChainId> chains) {
        database.transaction(() -> {
            for (ChainId chain : chains) {
                database.update("DELETE FROM leaving_chain WHERE id = ?", chain.toString());
            }
            return true;
        });
    }

    /** All external ports, by name. */
    public List<ExternalPort> ports() {
        return database.transaction(() -> database.all(
                "SELECT name, spec FROM port ORDER BY name",
                row -> read(row.getString(2), ExternalPort.class, "port '" + row.getString(1) + "'")));
    }

    public void put(ExternalPort port) {
        database.transaction(() -> {
            write(port);
            return true;
        });
    }

    private void write(ExternalPort port) throws SQLException {
        database.update(
                "INSERT INTO port (name, owner, spec) VALUES (?, ?, ?)"
                        + " ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, spec = excluded.spec",
                port.name().toString(),
                port.owner().toString(),
                json(port));
        database.update("DELETE FROM leaving_port WHERE name = ?", port.name().toString());
    }

    /** Strikes a port out; what is to be restored of it is kept until {@link #forgetPort}. */
    public boolean removePort(PortName name) {
        return database.transaction(() -> strikeOut(name));
    }

    private boolean strikeOut(PortName name) throws SQLException {
        leaveSet(PortSpec.KIND, name.toString());
        database.update(
                "INSERT OR REPLACE INTO leaving_port (name, spec) SELECT name, spec FROM port WHERE name = ?",
                name.toString());
        return database.update("DELETE FROM port WHERE name = ?", name.toString()) > 0;
    }

    /** Ports that were struck out and may still be in the switch. */
    public List<ExternalPort> leavingPorts() {
        return database.transaction(() -> database.all(
                "SELECT name, spec FROM leaving_port ORDER BY name",
                row -> read(row.getString(2), ExternalPort.class, "port '" + row.getString(1) + "'")));
    }

    /** It is as it was before it was ours. */
    public void forgetPort(PortName name) {
        database.transaction(() -> database.update("DELETE FROM leaving_port WHERE name = ?", name.toString()));
    }

    /** Writes down how a machine ended; that of an unknown machine is not kept. */
    public void addExit(MachineId machine, ExitReason reason) {
        String id = machine.toString();
        database.transaction(() -> {
            if (database.one("SELECT 1 FROM machine WHERE id = ?", row -> 1, id).isEmpty()) {
                return false;
            }
            database.update(
                    "INSERT INTO machine_exit (machine, at, cause, detail) VALUES (?, ?, ?, ?)",
                    id,
                    reason.at().toString(),
                    reason.cause().toString(),
                    reason.detail());
            database.update(
                    "DELETE FROM machine_exit WHERE machine = ? AND number NOT IN (SELECT number FROM machine_exit"
                            + " WHERE machine = ? ORDER BY number DESC LIMIT " + KEPT_EXITS + ")",
                    id,
                    id);
            database.update(
                    "INSERT INTO machine_exit_count (machine, cause, count) VALUES (?, ?, 1)"
                            + " ON CONFLICT (machine, cause) DO UPDATE SET count = count + 1",
                    id,
                    reason.cause().toString());
            return true;
        });
    }

    /** The latest ends of a machine, newest first. */
    public List<ExitReason> exits(MachineId machine) {
        return database.transaction(() -> database.all(
                "SELECT at, cause, detail FROM machine_exit WHERE machine = ? ORDER BY number DESC",
                row -> new ExitReason(
                        Instant.parse(row.getString(1)), ExitReason.Cause.parse(row.getString(2)), row.getString(3)),
                machine.toString()));
    }

    /** How often a machine ended, by cause. */
    public Map<ExitReason.Cause, Long> exitCounts(MachineId machine) {
        return database.transaction(() -> {
            Map<ExitReason.Cause, Long> counts = new EnumMap<>(ExitReason.Cause.class);
            database.all(
                    "SELECT cause, count FROM machine_exit_count WHERE machine = ?",
                    row -> counts.put(ExitReason.Cause.parse(row.getString(1)), row.getLong(2)),
                    machine.toString());
            return counts;
        });
    }

    /** The same of all machines that ended at all. */
    public Map<MachineId, Map<ExitReason.Cause, Long>> exitCounts() {
        return database.transaction(() -> {
            Map<MachineId, Map<ExitReason.Cause, Long>> counts = new HashMap<>();
            database.all(
                    "SELECT machine, cause, count FROM machine_exit_count",
                    row -> counts.computeIfAbsent(
                                    MachineId.parse(row.getString(1)), machine -> new EnumMap<>(ExitReason.Cause.class))
                            .put(ExitReason.Cause.parse(row.getString(2)), row.getLong(3)));
            return counts;
        });
    }

    /** Writes an operation down, or anew; the oldest that have ended go. */
    public void put(Operation operation) {
        database.transaction(() -> {
            database.update(
                    "INSERT INTO operation (id, kind, owner, subject, chains, state, began, ended, stages, outcome)"
                            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                            + " ON CONFLICT (id) DO UPDATE SET state = excluded.state, ended = excluded.ended,"
                            + " stages = excluded.stages, outcome = excluded.outcome",
                    operation.id(),
                    operation.kind().toString(),
                    operation.owner().toString(),
                    operation.subject(),
                    json(operation.chains()),
                    operation.state().toString(),
                    operation.begin().toString(),
                    Optional.ofNullable(operation.end()).map(Instant::toString).orElse(null),
                    json(operation.stages()),
                    operation.outcome());
            database.update("DELETE FROM operation WHERE ended IS NOT NULL AND id NOT IN (SELECT id FROM operation"
                    + " WHERE ended IS NOT NULL ORDER BY id DESC LIMIT " + KEPT_OPERATIONS + ")");
            return true;
        });
    }

    /** The operations that are kept, oldest first. */
    public List<Operation> operations() {
        return database.transaction(() -> database.all(
                "SELECT id, kind, owner, subject, chains, state, began, ended, stages, outcome FROM operation"
                        + " ORDER BY id",
                this::operation));
    }

    private Operation operation(ResultSet row) throws SQLException {
        String what = "operation " + row.getLong(1);
        String ended = row.getString(8);
        return new Operation(
                row.getLong(1),
                Operation.Kind.parse(row.getString(2)),
                Owner.parse(row.getString(3)),
                row.getString(4),
                Arrays.asList(read(row.getString(5), Name[].class, what)),
                Operation.State.parse(row.getString(6)),
                Instant.parse(row.getString(7)),
                ended == null ? null : Instant.parse(ended),
                Arrays.asList(read(row.getString(9), Operation.Stage[].class, what)),
                row.getString(10));
    }

    private String json(Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a value that cannot be written: " + value, e);
        }
    }

    private <T> T read(String text, Class<T> type, String what) {
        try {
            return mapper.readValue(text, type);
        } catch (JsonProcessingException | BadValueException e) {
            throw new StoreException(
                    "the store's " + what + " cannot be read: " + e.getMessage(),
                    "put a copy of the store back, or remove that row with sqlite3",
                    e);
        }
    }

    @Override
    public void close() {
        try {
            database.close();
        } finally {
            lock.close();
        }
    }
}
