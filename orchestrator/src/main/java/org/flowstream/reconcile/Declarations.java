package org.flowstream.reconcile;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.flowstream.chain.InstanceKey;
import org.flowstream.chain.InstanceSpec;
import org.flowstream.model.ChainId;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.Change;
import org.flowstream.model.DeclaredChain;
import org.flowstream.model.ExternalPort;
import org.flowstream.model.Installation;
import org.flowstream.model.MachineId;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.PendingChange;
import org.flowstream.model.PoolSpec;
import org.flowstream.model.PortName;
import org.flowstream.model.SetMember;
import org.flowstream.model.Trial;
import org.flowstream.store.Store;
import org.flowstream.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is declared, as the store has it; the store is written before anybody is told. Safe for all threads. */
public final class Declarations implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Declarations.class);
    private static final int WRITE_BOUND_SECONDS = 10;

    private final Installation installation;
    private final Store store;
    private final RandomGenerator random;
    private final Clock clock;
    private final Map<Name, DeclaredChain> chains = new TreeMap<>();
    private final Map<PortName, ExternalPort> ports = new TreeMap<>();
    private final Map<Name, PoolSpec> pools = new TreeMap<>();
    /** Struck out, and not yet as they were before they were ours. */
    private final Map<PortName, ExternalPort> leaving = new HashMap<>();

    /** Writes what is not waited for, in order: machines that wait, and instances. */
    private final ExecutorService later = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "store");
        thread.setDaemon(true);
        return thread;
    });

    /** Struck out, and perhaps not out of the switch. */
    private final Set<ChainId> leavingChains = new TreeSet<>();

    public Declarations(Installation installation, Store store, RandomGenerator random, Clock clock) {
        this.installation = installation;
        this.store = store;
        this.random = random;
        this.clock = clock;
        leavingChains.addAll(store.leavingChains());
        store.chains().forEach(chain -> chains.put(chain.name(), chain));
        store.ports().forEach(port -> ports.put(port.name(), port));
        store.leavingPorts().forEach(port -> leaving.put(port.name(), port));
        store.pools().forEach(pool -> pools.put(pool.name(), pool));
    }

    /** The chains that users declared. */
    public synchronized List<DeclaredChain> chains() {
        return chains.values().stream()
                .filter(chain -> chain.spec().spec().part().isWhole())
                .toList();
    }

    /** All of them: those that users declared, their instances, and the machines that wait. */
    public synchronized List<DeclaredChain> all() {
        return List.copyOf(chains.values());
    }

    /** Those whose machines serve a flow. */
    public synchronized List<DeclaredChain> serving() {
        return chains.values().stream()
                .filter(chain -> !chain.spec().spec().part().isPooled()
                        && !chain.spec().spec().isOnDemand())
                .toList();
    }

    /** How many instances serve parts of a chain's flow. */
    public synchronized int instances(Name chain) {
        return (int) chains.values().stream()
                .map(each -> each.spec().spec().part())
                .filter(part -> part.isInstance() && part.of().equals(Optional.of(chain)))
                .count();
    }

    /** The instances that are not what their chains are by now: those changed, went, or take nothing for a time. */
    public synchronized List<DeclaredChain> outdatedInstances() {
        return chains.values().stream()
                .filter(each -> each.spec().spec().part().isInstance())
                .filter(this::isOutdated)
                .toList();
    }

    private boolean isOutdated(DeclaredChain instance) {
        return instance.spec().spec().part().of().stream()
                .flatMap(name -> chain(name).stream())
                .noneMatch(chain -> InstanceSpec.isOf(chain.spec(), instance.spec()));
    }

    public synchronized Optional<DeclaredChain> chain(Name name) {
        return Optional.ofNullable(chains.get(name));
    }

    /** The chain that a middlebox is a part of; names of middleboxes are unique on a host. */
    public synchronized Optional<DeclaredChain> chainOf(Name middlebox) {
        return chains.values().stream()
                .filter(chain -> chain.machines().containsKey(middlebox))
                .findFirst();
    }

    public synchronized Optional<DeclaredChain> chainOf(MachineId machine) {
        return chains.values().stream()
                .filter(chain -> chain.machines().containsValue(machine))
                .findFirst();
    }

    public synchronized List<ExternalPort> ports() {
        return List.copyOf(ports.values());
    }

    public synchronized Optional<ExternalPort> port(PortName name) {
        return Optional.ofNullable(ports.get(name));
    }

    public synchronized List<ExternalPort> leavingPorts() {
        return List.copyOf(leaving.values());
    }

    /**
     * Writes a chain down: a new one gets its ids, one that is there keeps those of the middleboxes that stay. Empty,
     * and nothing is written, when it may only be new and is not.
     */
    public synchronized Optional<DeclaredChain> declare(ChainSpec spec, boolean onlyNew) {
        DeclaredChain before = chains.get(spec.name());
        if (before != null && onlyNew) {
            return Optional.empty();
        }
        DeclaredChain chain = withIds(List.of(spec)).get(0);
        write(chain);
        return Optional.of(chain);
    }

    /** What a change would make of the chains; nothing is written, and the ids of new ones are thrown away. */
    public synchronized List<DeclaredChain> supposing(Change change) {
        Map<Name, DeclaredChain> after = new TreeMap<>(chains);
        change.chainsAway().forEach(after::remove);
        withIds(change.chains()).forEach(chain -> after.put(chain.name(), chain));
        return List.copyOf(after.values());
    }

    /** What a change would make of the ports. */
    public synchronized List<ExternalPort> supposedPorts(Change change) {
        Map<PortName, ExternalPort> after = new TreeMap<>(ports);
        change.portsAway().forEach(after::remove);
        change.ports().forEach(port -> after.put(port.name(), port));
        return List.copyOf(after.values());
    }

    /** What would take a change back, from what is declared now. */
    public synchronized Change inverse(Change change) {
        List<Name> chainNames = change.chains().stream().map(ChainSpec::name).toList();
        List<PortName> portNames =
                change.ports().stream().map(ExternalPort::name).toList();
        List<Name> poolNames = change.pools().stream().map(PoolSpec::name).toList();
        return new Change(
                changed(chains, chainNames, change.chainsAway())
                        .map(DeclaredChain::spec)
                        .toList(),
                made(chains, chainNames),
                changed(ports, portNames, change.portsAway()).toList(),
                made(ports, portNames),
                changed(pools, poolNames, change.poolsAway()).toList(),
                made(pools, poolNames),
                members().stream().filter(member -> losesMember(change, member)).toList());
    }

    /** What a change writes anew or strikes out of what is declared, as it is now. */
    private static <N, T> Stream<T> changed(Map<N, T> declared, List<N> written, List<N> away) {
        return declared.entrySet().stream()
                .filter(each -> written.contains(each.getKey()) || away.contains(each.getKey()))
                .map(Map.Entry::getValue);
    }

    /** What a change writes for the first time. */
    private static <N> List<N> made(Map<N, ?> declared, List<N> written) {
        return written.stream().filter(name -> !declared.containsKey(name)).toList();
    }

    private static boolean losesMember(Change change, SetMember member) {
        List<?> away =
                member.isChain() ? change.chainsAway() : member.isPool() ? change.poolsAway() : change.portsAway();
        return away.stream().anyMatch(name -> name.toString().equals(member.name()));
    }

    /**
     * Makes a change, all of it or nothing.
     *
     * @param pending what takes it back unless it is confirmed
     */
    public synchronized List<DeclaredChain> change(Change change, Optional<PendingChange> pending) {
        List<DeclaredChain> changed = withIds(change.chains());
        store.put(change, changed, pending, clock.instant());
        change.chainsAway().forEach(this::forgetChain);
        changed.forEach(chain -> chains.put(chain.name(), chain));
        change.poolsAway().forEach(pools::remove);
        change.pools().forEach(pool -> pools.put(pool.name(), pool));
        change.portsAway().forEach(this::left);
        change.ports().forEach(port -> {
            ports.put(port.name(), port);
            leaving.remove(port.name());
        });
        return changed;
    }

    /** The pools that users declared. */
    public synchronized List<PoolSpec> pools() {
        return List.copyOf(pools.values());
    }

    public synchronized Optional<PoolSpec> pool(Name name) {
        return Optional.ofNullable(pools.get(name));
    }

    /** What applies of sets made. */
    public List<SetMember> members() {
        return store.members();
    }

    /** The change that waits for its confirmation. */
    public Optional<PendingChange> pending() {
        return store.pending();
    }

    /** Nothing takes the pending change back any more; empty when none waited. */
    public synchronized Optional<PendingChange> confirm() {
        Optional<PendingChange> pending = store.pending();
        store.confirm();
        return pending;
    }

    /** Chains that stay keep the ids of the middleboxes that stay. */
    private List<DeclaredChain> withIds(List<ChainSpec> specs) {
        List<DeclaredChain> given = new ArrayList<>();
        Set<ChainId> taken = ownChains();
        Set<MachineId> takenMachines = machines();
        for (ChainSpec spec : specs) {
            DeclaredChain before = chains.get(spec.name());
            Map<Name, MachineId> machines = new TreeMap<>();
            for (MiddleboxSpec middlebox : spec.spec().ownMachines()) {
                MachineId kept = before == null ? null : before.machines().get(middlebox.name());
                machines.put(middlebox.name(), kept == null ? unusedMachineId(takenMachines) : kept);
            }
            ChainId id = before == null ? unusedChainId(taken) : before.id();
            given.add(new DeclaredChain(id, spec, before != null && before.wasReady(), machines));
        }
        return given;
    }

    /** The machines of what was declared since, or is declared otherwise than, these chains. */
    synchronized Set<MachineId> machinesBut(List<DeclaredChain> known) {
        Set<MachineId> others = machines();
        known.forEach(chain -> others.removeAll(chain.machines().values()));
        return others;
    }

    /** The chains that are ours now, but for these. */
    synchronized Set<ChainId> chainsBut(Set<ChainId> known) {
        Set<ChainId> others = ownChains();
        others.removeAll(known);
        return others;
    }

    private Set<MachineId> machines() {
        Set<MachineId> machines = new TreeSet<>();
        chains.values().forEach(chain -> machines.addAll(chain.machines().values()));
        return machines;
    }

    private ChainId unusedChainId(Set<ChainId> taken) {
        while (true) {
            ChainId id = ChainId.random(installation, random);
            if (taken.add(id)) {
                return id;
            }
        }
    }

    private MachineId unusedMachineId(Set<MachineId> taken) {
        while (true) {
            MachineId id = MachineId.random(random);
            if (taken.add(id)) {
                return id;
            }
        }
    }

    /** Declares a machine that waits; it is named after its id. */
    public synchronized DeclaredChain declareWaiting(InstanceSpec.Blank blank) {
        return declareWaiting(unusedMachineId(machines()), unusedChainId(ownChains()), blank);
    }

    private DeclaredChain declareWaiting(MachineId id, ChainId chainId, InstanceSpec.Blank blank) {
        DeclaredChain chain =
                new DeclaredChain(chainId, InstanceSpec.waiting(id, blank), false, Map.of(InstanceSpec.name(id), id));
        write(chain);
        return chain;
    }

    /**
     * Makes machines that wait an instance of a chain; empty when one of them is no more as it was, or the chain would by
     * now be served otherwise. The store follows: a
     * daemon that dies before it does finds machines that wait, and the flow's next packet begins anew.
     */
    public synchronized Optional<DeclaredChain> bind(ChainSpec chain, InstanceKey key, List<DeclaredChain> waiting) {
        // One that waits anew may have been seen ready meanwhile.
        if (!waiting.stream().allMatch(this::isStill)) {
            return Optional.empty();
        }
        DeclaredChain instance = InstanceSpec.bound(chain, key, waiting);
        if (isOutdated(instance)) {
            return Optional.empty();
        }
        List<Name> others = waiting.stream().skip(1).map(DeclaredChain::name).toList();
        others.forEach(this::forgetChain);
        chains.put(instance.name(), instance);
        writeLater(() -> store.bind(instance, others, clock.instant()));
        return Optional.of(instance);
    }

    /** Makes an instance's machines wait again; false when it is no more as it was. */
    public synchronized boolean release(DeclaredChain instance, InstanceSpec.Blank blank) {
        if (!instance.equals(chains.get(instance.name()))) {
            return false;
        }
        for (MachineId id : instance.machines().values()) {
            boolean first = InstanceSpec.name(id).equals(instance.name());
            declareWaiting(id, first ? instance.id() : unusedChainId(ownChains()), blank);
        }
        return true;
    }

    /** Changes a chain that is declared; empty when it is not any more. */
    public synchronized Optional<DeclaredChain> update(
            Name name, java.util.function.UnaryOperator<DeclaredChain> change) {
        DeclaredChain before = chains.get(name);
        if (before == null) {
            return Optional.empty();
        }
        DeclaredChain after = change.apply(before);
        if (!after.equals(before)) {
            write(after);
        }
        return Optional.of(after);
    }

    /** Declares a chain as it is to be tried; empty when it is not as it was before any more. */
    public synchronized Optional<DeclaredChain> tryOut(Trial trial) {
        return Optional.ofNullable(chains.get(trial.chain()))
                .filter(now -> now.spec().equals(trial.before()))
                .map(now -> {
                    DeclaredChain tried = now.withSpec(trial.after());
                    store.put(tried, trial, clock.instant());
                    chains.put(tried.name(), tried);
                    return tried;
                });
    }

    /**
     * Ends a trial. A chain that was changed otherwise since stays as it is then.
     *
     * @param good whether the chain is to stay as it was tried; else it is declared as it was before
     * @return the chain where it is declared as it was before
     */
    public synchronized Optional<DeclaredChain> endTrial(Trial trial, boolean good) {
        DeclaredChain now = chains.get(trial.chain());
        if (now == null) {
            return Optional.empty();
        }
        boolean back = !good && trial.isOf(now.spec());
        DeclaredChain then = back ? now.withSpec(trial.before().inStateOf(now.spec())) : now;
        store.endTrial(then, clock.instant());
        chains.put(then.name(), then);
        return Optional.of(then).filter(chain -> back);
    }

    /** The trials that an earlier daemon left. */
    public List<Trial> trials() {
        return store.trials();
    }

    private void write(DeclaredChain chain) {
        if (chain.spec().spec().part().isWhole()) {
            store.put(chain, clock.instant());
        } else {
            writeLater(() -> store.put(chain, clock.instant()));
        }
        chains.put(chain.name(), chain);
    }

    /** Strikes a chain out; empty when there is none. */
    public synchronized Optional<DeclaredChain> remove(Name name) {
        DeclaredChain chain = chains.get(name);
        if (chain != null && !chain.spec().spec().part().isWhole()) {
            writeLater(() -> store.removeChain(name));
        } else if (chain != null) {
            store.removeChain(name);
        }
        return forgetChain(name);
    }

    private Optional<DeclaredChain> forgetChain(Name name) {
        DeclaredChain chain = chains.remove(name);
        if (chain != null) {
            leavingChains.add(chain.id());
        }
        return Optional.ofNullable(chain);
    }

    /** The ids of all chains that are ours: declared, or struck out and not yet gone from the switch. */
    public synchronized Set<ChainId> ownChains() {
        Set<ChainId> own = new TreeSet<>(leavingChains);
        chains.values().forEach(chain -> own.add(chain.id()));
        return own;
    }

    /** Whether a chain of that id is, or was once, declared here. */
    public boolean isOwn(ChainId chain) {
        return chain.isOf(installation) || ownChains().contains(chain);
    }

    /** Whether a chain is declared as it was then, but for what came about of it. */
    public boolean isStill(DeclaredChain then) {
        return chain(then.name())
                .filter(now -> now.spec().equals(then.spec()) && now.id().equals(then.id()))
                .isPresent();
    }

    /** Forgets the chains that were struck out but for those that still have rules in the switch. */
    public synchronized void forgetAllBut(Set<ChainId> withRules) {
        Set<ChainId> gone = new TreeSet<>(leavingChains);
        gone.removeAll(withRules);
        if (!gone.isEmpty()) {
            store.forget(gone);
            leavingChains.removeAll(gone);
        }
    }

    public synchronized void declare(ExternalPort port) {
        store.put(port);
        ports.put(port.name(), port);
        leaving.remove(port.name());
    }

    /** Begins to remove a port; {@link #forget} ends it when the world is as it was. */
    public synchronized Optional<ExternalPort> leave(PortName name) {
        store.removePort(name);
        return left(name);
    }

    private Optional<ExternalPort> left(PortName name) {
        ExternalPort port = ports.remove(name);
        if (port != null) {
            leaving.put(name, port);
        }
        return Optional.ofNullable(port);
    }

    /** Forgets the ports that have left. */
    public synchronized void forget(List<PortName> names) {
        for (PortName name : names) {
            if (leaving.containsKey(name)) {
                store.forgetPort(name);
                leaving.remove(name);
            }
        }
    }

    /** The chains that are wired to a port. */
    public synchronized List<Name> users(PortName port) {
        List<Name> users = new ArrayList<>();
        for (DeclaredChain chain : chains.values()) {
            boolean wired = chain.spec().spec().middleboxes().stream()
                    .flatMap(middlebox -> middlebox.devices().stream())
                    .anyMatch(device -> device.to().text().equals(port.text()));
            if (wired) {
                users.add(chain.name());
            }
        }
        return users;
    }

    /** What cannot be written is not lost for those that run: a daemon that comes back finds machines that wait. */
    private void writeLater(Runnable write) {
        later.execute(() -> {
            try {
                write.run();
            } catch (StoreException e) {
                LOG.warn("not written: {}", e.getMessage());
            }
        });
    }

    /** Ends when all is written. */
    @Override
    public void close() {
        later.shutdown();
        try {
            if (!later.awaitTermination(WRITE_BOUND_SECONDS, TimeUnit.SECONDS)) {
                later.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
